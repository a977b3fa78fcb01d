"""Booking with its erasing at work and nobody to publish to: the others' answers are handed in (X5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from bson import json_util

from services.booking.erasing import Erasing
from services.booking.model.erasure import SERVICES
from shared import mongo
from shared.contracts.catalogue import catalogue
from shared.contracts.envelope import CloudEvent
from shared.contracts.erasure import DataErased, GuestErased, GuestErasureRequested
from shared.operations.parking import Parking
from tests.builders import an_event
from tests.integration.booking.world import World, emptied, opened
from tests.waiting import eventually

GUEST = {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}
ADMIN = {"role": "admin"}
ANSWERS = {event.publisher(): event for event in catalogue() if issubclass(event, DataErased)}


@dataclass
class Office:
    """``world`` is booking; ``erasing`` what it does about guests who are to be forgotten."""

    world: World
    erasing: Erasing

    async def confirmed_by_the_broker(self) -> None:
        """All outboxes are empty, as they are a moment after each commit."""
        bookings = self.world.stores.bookings
        for collection in (bookings.proposals, bookings.appointments):
            await collection.update_many({}, {"$set": {"outbox": []}})

    async def said(self, erasure_id: str, event: type[Any]) -> list[CloudEvent[Any]]:
        row = await self.rows().find_one({"_id": erasure_id}) or {"outbox": []}
        waiting = [one["body"] for one in row["outbox"] if one["routing_key"] == event.routing_key]
        return [CloudEvent[event].model_validate_json(body) for body in waiting]

    async def asked(self, erasure_id: str, times: int = 1) -> CloudEvent[GuestErasureRequested]:
        """What the others hear, the newest."""

        async def found() -> list[CloudEvent[Any]]:
            said = await self.said(erasure_id, GuestErasureRequested)
            return said if len(said) >= times else []

        return (await eventually(found))[-1]

    async def answer(self, erasure_id: str, *services: str, version: int = 1, left_outside: int = 0) -> None:
        for service in services or SERVICES:
            event = ANSWERS[service]
            told = an_event(event(left_outside=left_outside), subject=erasure_id, version=version)
            await getattr(self.erasing, f"on_{event.routing_key.split('.')[1]}")(told)

    async def completed(self, erasure_id: str) -> list[CloudEvent[Any]]:
        return await self.said(erasure_id, GuestErased)

    async def show(self, erasure_id: str) -> dict[str, Any]:
        answer = await self.world.call("GET", f"/erasures/{erasure_id}", **ADMIN)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def work(self) -> None:
        """Whatever is due, now, with what was woken and is under way already."""
        for worker in self.erasing.workers:
            await worker.run_due()  # type: ignore[attr-defined]
            await asyncio.gather(*worker._running, return_exceptions=True)  # type: ignore[attr-defined]
            await worker.run_due()  # type: ignore[attr-defined]

    def rows(self) -> mongo.Collection:
        return next(iter(self.erasing.indexes))

    async def everything(self) -> str:
        """The whole database as text."""
        database = self.world.stores.bookings.appointments.database
        rows: list[Any] = []
        for name in await database.list_collection_names():
            rows += await database[name].find().to_list(None)
        return json_util.dumps(rows, ensure_ascii=False)


@asynccontextmanager
async def an_office(booking_url: str) -> AsyncIterator[Office]:
    await emptied(booking_url)
    made: list[Erasing] = []
    of = Erasing.of

    def noted(*parts: Any) -> Erasing:
        made.append(of(*parts))
        return made[-1]

    async def nothing_parked(parking: Parking, ids: tuple[str, ...]) -> int:
        return 0

    with (
        mock.patch.object(Erasing, "of", noted),
        mock.patch.object(Parking, "forget", nothing_parked),
    ):
        async with opened(booking_url) as world:
            for collection, wanted in made[0].indexes.items():
                await mongo.ensure_indexes(collection, wanted)
            yield Office(world, made[0])
            for worker in made[0].workers:
                await worker.stop()
