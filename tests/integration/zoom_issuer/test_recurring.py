"""Recurring meetings at the sandbox: occurrences move and go one by one, exactly once whatever fails (E6, G10, G12)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared import clock
from shared.contracts.booking import Occurrence, Series
from tests.integration.zoom_issuer.conftest import World, unsealed
from tests.integration.zoom_issuer.test_meetings import canceled, confirmed, moved
from tests.integration.zoom_issuer.workshop import Workshop, wanted
from tests.waiting import eventually

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
FIRST = datetime(2030, 10, 15, 7, tzinfo=UTC)  # 09:00 in Berlin, where clocks change on the 27th
STARTS = [FIRST, FIRST + WEEK, FIRST + 2 * WEEK + HOUR, FIRST + 3 * WEEK + HOUR]
PUT = Occurrence(original_start_at=STARTS[1], start_at=STARTS[1] + 3 * HOUR, end_at=STARTS[1] + 5 * HOUR)
GONE = Occurrence(original_start_at=STARTS[2], start_at=STARTS[2], end_at=STARTS[2] + HOUR, canceled=True)


def a_series(*changed: Occurrence, rule: str = "FREQ=WEEKLY;BYDAY=TU;COUNT=4", **more: Any) -> dict[str, Any]:
    times = {"start_at": FIRST, "end_at": FIRST + HOUR, "time_zone": "Europe/Berlin"}
    return {**times, "series": Series(rrule=rule, changed=changed), **more}


async def starts(world: World) -> list[datetime]:
    [meeting] = await world.meetings()
    live = [one for one in meeting["occurrences"] if one["status"] == "available"]
    return [datetime.fromisoformat(one["start_time"]) for one in live]


async def until(world: World, *wanted: datetime) -> None:
    async def is_so() -> bool:
        return bool(await world.meetings()) and await starts(world) == list(wanted)

    await eventually(is_so, timeout=20)


async def test_g06_one_recurring_meeting_keeps_its_wall_clock(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed(**a_series()), times=5)
    await until(world, *STARTS)


async def test_g12_occurrences_move_and_go_and_the_link_stays(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed(**a_series()))
    [data] = await eventually(world.issued)
    await world.bus.publish(moved(2, **a_series(PUT)), times=3)
    await world.bus.publish(moved(3, **a_series(PUT, GONE)), times=3)
    await until(world, STARTS[0], PUT.start_at, STARTS[3])
    [meeting] = await world.meetings()
    assert meeting["join_url"] == unsealed(data).join_url
    assert [one["duration"] for one in meeting["occurrences"]] == [60, 120, 60, 60]


async def test_g20_what_stands_makes_no_call_and_a_topic_undoes_no_occurrence(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed(**a_series(PUT)))
    await until(world, STARTS[0], PUT.start_at, *STARTS[2:])
    await world.bus.publish(moved(2, **a_series(PUT, title="新しい件名")))

    async def is_renamed() -> bool:
        return [one["topic"] for one in await world.meetings()] == ["新しい件名"]

    await eventually(is_renamed, timeout=20)
    assert await starts(world) == [STARTS[0], PUT.start_at, *STARTS[2:]]


async def test_g10_lost_answers_leave_each_occurrence_once_and_right(world: World) -> None:
    await world.connect()
    lost = [
        {"provider": "zoom", "method": method, "path": "/v2/.*meetings.*", "kind": "lost_answer", "times": 1}
        for method in ("POST", "PATCH", "DELETE")
    ]
    await world.faults(*lost)
    await world.bus.publish(confirmed(**a_series(PUT, GONE)))
    await until(world, STARTS[0], PUT.start_at, STARTS[3])


async def test_cancelling_the_whole_removes_the_meeting(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed(**a_series(PUT)))
    await until(world, STARTS[0], PUT.start_at, *STARTS[2:])
    await world.bus.publish(canceled(2, **a_series(PUT)))

    async def is_gone() -> bool:
        return await world.meetings() == []

    await eventually(is_gone, timeout=20)


async def test_a_rule_that_zoom_does_not_know_gets_a_link_for_every_time(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed(**a_series(rule="FREQ=MONTHLY;BYDAY=3TU,-1FR;COUNT=4")))
    await eventually(world.issued)
    [meeting] = await world.meetings()
    assert meeting["type"] == 3


async def test_c1_a_series_that_has_begun_is_made_of_what_is_to_come(shop: Workshop) -> None:
    clock.set_offset(STARTS[1] + timedelta(hours=6) - clock.real_now())
    await shop.connect()
    await shop.want(wanted(**a_series(PUT, GONE)))
    await shop.work()
    [request] = shop.zoom.meetings.values()
    assert (request.start_at, request.times) == (STARTS[2], 2)
    assert shop.zoom.asked == ["create", "change_occurrence"], "only the cancelled one is still to come"
    assert len(shop.ear.of("meeting_issued")) == 1
