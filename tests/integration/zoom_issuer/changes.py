"""Somebody at Zoom changes our meetings by hand, and Zoom tells of it."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from shared import clock
from shared.contracts.booking import DriftDecided, DriftDecision
from shared.contracts.envelope import CloudEvent
from tests.builders import an_event
from tests.integration.calendar_sync.hooks import listening_hooks
from tests.integration.zoom_issuer.conftest import WEBHOOK_SECRET, World
from tests.integration.zoom_issuer.test_meetings import confirmed
from tests.waiting import eventually

DRIFTED, FROZEN = "zoom_issuer.meeting_drift_detected.v1", "zoom_issuer.meeting_sync_frozen.v1"
UPDATED, ENDED = "zoom_issuer.meeting_updated.v1", "zoom_issuer.zoom_disconnected.v1"
patiently = partial(eventually, timeout=40)


@asynccontextmanager
async def subscribed(world: World, **settings: Any) -> AsyncIterator[None]:
    """Zoom's events reach the service as the gateway would hand them on."""
    async with listening_hooks() as hooks:
        hooks.service = world.issuer
        wish = {"url": f"{hooks.url}/hooks/zoom", "secret": WEBHOOK_SECRET, "retry_after_s": [0.1] * 3, **settings}
        (await world.outside.put("/inspect/zoom/webhook", json=wish)).raise_for_status()
        yield
        await world.outside.put("/inspect/zoom/webhook", json={"url": ""})
        await hooks.end()


async def with_meetings(world: World, *names: str) -> dict[str, dict[str, Any]]:
    """Issued, by appointment; the names are those of the appointments."""
    await world.connect()
    for name in names:
        await world.bus.publish(confirmed(appointment_id=name, title=name))
    await patiently(lambda: len(world.issued()) == len(names))
    return {one["topic"]: one for one in await world.meetings()}


async def by_hand(world: World, meeting: dict[str, Any], act: str, *, notify: bool = True, **wish: Any) -> None:
    body = {**wish, "notify": notify}
    (await world.outside.post(f"/inspect/zoom/meetings/{meeting['id']}/{act}", json=body)).raise_for_status()


async def said_missing(world: World, count: int = 1) -> None:
    """Zoom said of so many meetings that they are not there, and that is on record: the minute runs from then on."""

    async def on_record() -> bool:
        return await recorded(world, {"missing_since": {"$ne": None}}) == count

    await patiently(on_record)


async def asked_about(world: World, meeting: dict[str, Any]) -> None:
    """Zoom was asked how it stands, and what came of it is on record: settled, or put off until the next try."""

    async def on_record() -> bool:
        asked = await world.calls(f"/meetings/{meeting['id']}") > 0
        open_still = {"_id": meeting["topic"], "suspected": True, "look_tries": {"$in": [None, 0]}}
        return asked and await recorded(world, open_still) == 0

    await patiently(on_record)


async def recorded(world: World, query: dict[str, Any]) -> int:
    """How many meetings the service knows that are so."""
    return int(await world.database["meetings"].count_documents(query))


async def pass_time(world: World, length: timedelta) -> None:
    await world.outside.post("/inspect/clock", json={"advance": length.total_seconds()})


def drifts(world: World) -> list[dict[str, Any]]:
    return world.bus.of(DRIFTED)


def updates(world: World, count: int = 1) -> list[dict[str, Any]] | None:
    found = world.bus.of(UPDATED)
    return found if len(found) >= count else None


def put_back(drift: dict[str, Any]) -> CloudEvent[Any]:
    data = DriftDecided(
        appointment_id=drift["appointment_id"],
        drift_id=drift["drift_id"],
        staff_id=drift["staff_id"],
        decision=DriftDecision.RESTORE,
    )
    return an_event(data, subject=drift["appointment_id"])


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, age: timedelta = timedelta(0)) -> dict[str, str]:
    timestamp = str(int((clock.now() - age).timestamp()))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Zm-Request-Timestamp": timestamp, "X-Zm-Signature": f"v0={digest}"}


async def hand(
    issuer: httpx.AsyncClient, told: dict[str, Any], headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """As the gateway does; status and text of the answer."""
    body = json.dumps(told, ensure_ascii=False).encode()
    handed = {"headers": signed(body) if headers is None else headers, "body": body.decode()}
    answer = (await issuer.post("/internal/notifications/zoom", json=handed)).json()
    return answer["status"], answer["text"]
