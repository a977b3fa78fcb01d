"""Steps on a real database: once each, whatever races and dies (G27)."""

import asyncio
import signal
import sys
from datetime import UTC, datetime, timedelta

import pytest

from shared.migrations import MigrationFailed, Migrations, Step, make_indexes
from shared.mongo import ASCENDING, Database, IndexModel
from tests.integration.migrations.stepping import LEASE, steps
from tests.waiting import eventually


async def process(url: str, how: str = "") -> asyncio.subprocess.Process:
    arguments = ("-m", "tests.integration.migrations.stepping", url, how)
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )


async def notes(database: Database) -> list[tuple[int, str]]:
    """As they were written: ids of two processes within a second have no order."""
    return [(row["step"], row["what"]) for row in await database["notes"].find().sort("$natural", 1).to_list(None)]


async def taken(database: Database) -> list[str]:
    record = await database["migrations"].find_one({"_id": "steps"})
    return [one["name"] for one in record["taken"]] if record else []


ONCE = [(1, "began"), (1, "ended"), (2, "began"), (2, "ended")]


async def test_g27_processes_that_start_at_once_take_each_step_once(database_url: str, database: Database) -> None:
    racing = [await process(database_url) for _ in range(3)]
    assert [await one.wait() for one in racing] == [0, 0, 0]
    assert await notes(database) == ONCE
    assert await taken(database) == ["first", "second"]
    assert "lease" not in (await database["migrations"].find_one({"_id": "steps"}) or {})


async def test_g27_what_a_killed_process_left_half_done_is_done_by_the_next(
    database_url: str, database: Database
) -> None:
    hanging = await process(database_url, "hang")

    async def half_done() -> bool:
        return (await notes(database))[-1:] == [(2, "began")]

    await eventually(half_done)
    hanging.send_signal(signal.SIGKILL)
    await hanging.wait()
    assert await taken(database) == ["first"]
    assert await (await process(database_url)).wait() == 0
    assert await notes(database) == [*ONCE[:3], *ONCE[2:]]
    assert await taken(database) == ["first", "second"]


async def test_a_failed_step_stops_everything_after_it_and_is_named(database_url: str, database: Database) -> None:
    failing = await process(database_url, "fail")
    _, said = await failing.communicate()
    assert failing.returncode == 1
    assert "step 2 second: KeyError" in said.decode()
    assert await taken(database) == ["first"]
    assert await Migrations(database, steps(database)).take() == 1


async def test_a_process_that_lost_its_lease_records_nothing(database: Database) -> None:
    robbed, gone_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        robbed.set()
        await gone_on.wait()

    async def quick() -> None:
        gone_on.set()

    first = Migrations(database, [Step(1, "slow", slow)], lease=timedelta(seconds=30))
    losing = asyncio.create_task(first.take())
    await robbed.wait()
    await database["migrations"].update_one(
        {"_id": "steps"}, {"$set": {"lease.until": datetime(2000, 1, 1, tzinfo=UTC)}}
    )
    assert await Migrations(database, [Step(1, "slow", quick)]).take() == 1
    assert await losing == 0
    assert await taken(database) == ["slow"]


async def test_steps_of_a_newer_version_are_left_alone(database: Database) -> None:
    await Migrations(database, steps(database), lease=LEASE).take()
    assert await Migrations(database, steps(database)[:1]).take() == 0


async def test_a_step_under_another_name_than_it_was_taken_is_refused(database: Database) -> None:
    await Migrations(database, [Step(1, "one", _nothing)]).take()
    with pytest.raises(MigrationFailed, match="step 1 was taken as one, here it is other"):
        await Migrations(database, [Step(1, "other", _nothing)]).take()


async def _nothing() -> None:
    pass


def test_numbers_have_no_gaps(database: Database) -> None:
    with pytest.raises(ValueError, match="numbered"):
        Migrations(database, [Step(2, "one", _nothing)])


async def test_an_index_that_means_something_else_by_now_is_named(database: Database) -> None:
    rows = database["rows"]
    await make_indexes({rows: [IndexModel([("a", ASCENDING)], name="first")]})
    with pytest.raises(MigrationFailed, match="an index of rows"):
        await make_indexes({rows: [IndexModel([("b", ASCENDING)], name="first")]})
