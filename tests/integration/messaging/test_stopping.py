"""Starting and stopping: what fails at first, and how a service that must end lets go of what it holds."""

import asyncio
from datetime import timedelta

import pytest
from faststream.rabbit.subscriber import RabbitSubscriber

from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.due import DueBatches, DueWorker, Lease
from shared.mongo import Collection, Database
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import listening
from tests.integration.messaging.small_service import QUEUE, a_service, revoked
from tests.waiting import eventually


@pytest.fixture
def rows(database: Database) -> Collection:
    """The service's collection, seen from outside."""
    return database["things"]


async def test_a_hook_that_fails_is_run_again_until_the_service_is_ready(
    fresh_broker: Broker, database_url: str
) -> None:
    tries: list[int] = []

    async def fails_twice() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise RuntimeError("not yet")

    async with a_service(fresh_broker, database_url, ready=[fails_twice]):
        assert tries == [0, 1, 2]


async def test_a_start_that_failed_half_way_makes_nobody_consume_twice(
    fresh_broker: Broker, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, tries = RabbitSubscriber.start, []

    async def starts_and_fails(self: RabbitSubscriber) -> None:
        tries.append(self)
        await start(self)
        if len(tries) == 1:
            raise ConnectionError("cut off at the last step")

    monkeypatch.setattr(RabbitSubscriber, "start", starts_and_fails)
    async with a_service(fresh_broker, database_url):
        assert await fresh_broker.consumers(QUEUE) == 1


async def test_g27_a_stopping_service_returns_the_rows_that_it_cannot_finish(
    fresh_broker: Broker, database_url: str, rows: Collection
) -> None:
    begun: list[object] = []

    async def never_ends(lease: Lease) -> None:
        begun.append(lease.row["_id"])
        await asyncio.Event().wait()

    await rows.insert_many([{"_id": number, "due_at": clock.now()} for number in range(3)])
    async with a_service(
        fresh_broker,
        database_url,
        workers=lambda things: [DueWorker("things", things, never_ends, concurrency=1)],
        grace=timedelta(milliseconds=200),
    ):
        await eventually(lambda: begun)
    assert await rows.count_documents({"lease": {"$exists": True}}) == 0
    assert len(begun) == 1


async def test_g27_a_stopping_service_returns_the_batch_that_it_cannot_finish(
    fresh_broker: Broker, database_url: str, rows: Collection
) -> None:
    begun: list[int] = []

    async def never_ends(token: str, batch: object) -> None:
        begun.append(1)
        await asyncio.Event().wait()

    await rows.insert_one({"_id": 1, "due_at": clock.now()})
    async with a_service(
        fresh_broker,
        database_url,
        workers=lambda things: [DueBatches("things", things, never_ends)],
        grace=timedelta(milliseconds=200),
    ):
        await eventually(lambda: begun)
    assert await rows.count_documents({"lease": {"$exists": True}}) == 0


async def test_a_stopping_service_finishes_the_row_that_it_works_on_and_takes_no_other(
    fresh_broker: Broker, database_url: str, rows: Collection
) -> None:
    begun, done = asyncio.Event(), []

    async def works(lease: Lease) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        done.append(lease.row["_id"])

    await rows.insert_many([{"_id": number, "due_at": clock.now()} for number in range(5)])
    async with a_service(
        fresh_broker, database_url, workers=lambda things: [DueWorker("things", things, works, concurrency=1)]
    ):
        await begun.wait()
    assert len(done) == 1
    assert await rows.count_documents({"lease": {"$exists": True}}) == 0


async def test_g27_one_deadline_holds_for_handlers_rows_and_all_else(
    fresh_broker: Broker, database_url: str, rows: Collection
) -> None:
    begun, ended, grace = list[str](), dict[str, float](), timedelta(seconds=2)

    async def never_ends(what: str) -> None:
        begun.append(what)
        try:
            await asyncio.Event().wait()
        finally:
            ended[what] = asyncio.get_running_loop().time()

    async def handler_never_ends(event: CloudEvent[MeetingRevoked]) -> None:
        await never_ends("message")

    async def row_never_ends(lease: Lease) -> None:
        await never_ends("row")

    await rows.insert_one({"_id": 1, "due_at": clock.now()})
    async with (
        a_service(
            fresh_broker,
            database_url,
            handler_never_ends,
            workers=lambda things: [DueWorker("things", things, row_never_ends)],
            grace=grace,
        ),
        listening(fresh_broker.url()) as bus,
    ):
        await bus.publish(revoked())
        await eventually(lambda: sorted(begun) == ["message", "row"])
    assert abs(ended["row"] - ended["message"]) < grace.total_seconds(), "neither waits for the other's deadline"
    assert await eventually(lambda: fresh_broker.depth(QUEUE)) == 1
