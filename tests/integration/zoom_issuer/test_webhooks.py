"""Zoom's webhooks: signed or nothing, as often as it likes, and what a removed app ends (E7, G19)."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.zoom_issuer.changes import (
    ENDED,
    asked_about,
    by_hand,
    drifts,
    hand,
    pass_time,
    patiently,
    signed,
    subscribed,
    with_meetings,
)
from tests.integration.zoom_issuer.conftest import TARO, WEBHOOK_SECRET, World
from tests.waiting import eventually

VALIDATION = {"event": "endpoint.url_validation", "event_ts": 1, "payload": {"plainToken": "plain-1"}}


def body_of(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


async def test_the_handshake_is_answered_as_often_as_zoom_asks(world: World) -> None:
    right = hmac.new(WEBHOOK_SECRET.encode(), b"plain-1", hashlib.sha256).hexdigest()
    for _ in range(3):
        status, text = await hand(world.issuer, VALIDATION)
        assert (status, json.loads(text)) == (200, {"plainToken": "plain-1", "encryptedToken": right})
    async with subscribed(world):
        assert (await world.outside.post("/inspect/zoom/webhook/validate")).json() == {"valid": True}


@pytest.mark.parametrize(
    "headers_of",
    [
        dict,
        lambda: signed(body_of(VALIDATION), secret="another"),
        lambda: signed(body_of(VALIDATION), secret=""),
        lambda: signed(b"{}"),
        lambda: signed(body_of(VALIDATION), age=timedelta(seconds=320)),
        lambda: signed(body_of(VALIDATION), age=-timedelta(seconds=600)),
        lambda: {"x-zm-request-timestamp": "soon", "x-zm-signature": "v0=é"},
        lambda: {"x-zm-request-timestamp": "9" * 40, "x-zm-signature": "v0=é"},
        lambda: {"x-zm-request-timestamp": "9" * 400, "x-zm-signature": "v0="},
        lambda: {"x-zm-request-timestamp": "9" * 5000, "x-zm-signature": "v0="},
    ],
    ids=["none", "secret", "empty-secret", "body", "old", "ahead", "not-a-time", "far-ahead", "no-float", "endless"],
)
async def test_what_is_not_signed_just_now_is_refused(world: World, headers_of: Callable[[], dict[str, str]]) -> None:
    assert await hand(world.issuer, VALIDATION, headers_of()) == (401, "")


@pytest.mark.parametrize(
    "told",
    [
        {"event": "meeting.updated"},
        {"event": "meeting.updated", "payload": {"object": []}},
        {"event": "meeting.updated", "payload": {"object": {"id": {"$gt": ""}}}},
        {"event": "meeting.deleted", "payload": {"object": {"id": 12345678901}}},
        {"event": ["meeting.deleted"], "payload": {}},
        {"event": "meeting.ended", "payload": {"object": {"id": 1}}},
        {"event": "app_deauthorized", "payload": {"user_id": "x"}},
        {"event": "endpoint.url_validation", "payload": {"plainToken": 3}},
    ],
)
async def test_what_makes_no_sense_changes_nothing(world: World, told: dict[str, Any]) -> None:
    status, text = await hand(world.issuer, told)
    assert (status in (200, 400), text) == (True, "")


async def test_a_payload_alone_proves_nothing(world: World) -> None:
    """Signed, but Zoom itself shows the meeting as it was."""
    meetings = await with_meetings(world, "apt_1")
    number = int(meetings["apt_1"]["id"])
    lie = {"object": {"id": number, "topic": "別", "start_time": "2030-01-01T00:00:00Z"}}
    for event in ("meeting.updated", "meeting.deleted"):
        assert (await hand(world.issuer, {"event": event, "payload": lie}))[0] == 200
    await asked_about(world, meetings["apt_1"])
    await pass_time(world, timedelta(minutes=2))
    assert drifts(world) == []


async def test_the_same_request_many_times_over_tells_once(world: World) -> None:
    async with subscribed(world, copies=5):
        meetings = await with_meetings(world, "apt_1")
        await by_hand(world, meetings["apt_1"], "rename", topic="別の件名")
        await patiently(lambda: drifts(world))
        await world.outside.post("/inspect/zoom/webhook/repeat")
        shown = (await world.outside.get("/inspect/zoom/webhook")).json()["deliveries"]
    assert {one["status"] for one in shown if one["event"] == "meeting.updated"} == {200}
    assert len(drifts(world)) == 1


async def tokens_of(world: World) -> dict[str, Any]:
    row = await world.database["connections"].find_one({"account": TARO.email})
    return {name: row[name] for name in ("access_token", "refresh_token") if row and name in row}


async def test_g19_a_removed_app_ends_the_connection_as_broken_and_its_tokens(world: World) -> None:
    async with subscribed(world, copies=3):
        await world.connect()
        assert len(await tokens_of(world)) == 2
        await world.outside.post("/inspect/zoom/deauthorize", json={"user": TARO.email})
        [ended] = await patiently(lambda: world.bus.of(ENDED))

    async def forgotten() -> bool:
        return await tokens_of(world) == {}

    await eventually(forgotten)
    assert ended == {"staff_id": "stf_taro", "reason": "broken"}
    shown = await world.issuer.get("/internal/connections", headers=world.identity("stf_taro"))
    assert shown.json()["items"][0]["status"] == "broken"


async def test_g19_who_connected_again_is_not_ended_by_what_came_late(world: World) -> None:
    await world.connect()
    user = (await world.outside.get("/inspect/accounts", params={"provider": "zoom"})).json()["items"]
    mine = next(one["id"] for one in user if one["email"] == TARO.email)
    removal = {"user_id": mine, "account_id": f"acc-{mine}", "client_id": "demo-zoom-client"}

    def told(moment: str, **other: str) -> dict[str, Any]:
        payload = {**removal, "deauthorization_time": moment, **other}
        return {"event": "app_deauthorized", "payload": payload}

    for late in (told("2020-01-01T00:00:00.000Z"), told("2099-01-01T00:00:00.000Z", client_id="another-app")):
        assert (await hand(world.issuer, late))[0] == 200
    assert len(await tokens_of(world)) == 2
    assert world.bus.of(ENDED) == []
