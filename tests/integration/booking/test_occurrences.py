"""Recurring appointments (E6): every occurrence owns its time, and each can be moved or cancelled."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared import clock
from shared.contracts.booking import Series
from tests.integration.booking.conftest import Forward
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.world import TARO, World, a_slot_at, in_tokyo

_WEEK = timedelta(days=7)


async def a_series(world: World, text: str = "FREQ=WEEKLY;COUNT=4", **changes: Any) -> dict[str, Any]:
    """A weekly one from in two days, 13:00 in Tokyo."""
    shown = await confirmed(world, **changes)
    before = await world.stores.bookings.appointment("org_sample", shown["id"])
    assert before is not None
    after = before.model_copy(update={"series": Series(rrule=text), "version": 2})
    await world.stores.bookings.save_appointment(before, after, [])
    answer: dict[str, Any] = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    return answer


async def occurrences_of(world: World, shown: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.call("GET", f"/appointments/{shown['id']}/occurrences")).json()["items"]
    return found


def path_of(shown: dict[str, Any], start: datetime) -> str:
    return f"/appointments/{shown['id']}/occurrences/{quote(start.isoformat())}"


async def claimed(world: World) -> list[datetime]:
    claims = await world.stores.guards.of_staff("org_sample", [TARO], Span(in_tokyo(0, 0), in_tokyo(60, 0)))
    return sorted(claim.span.start_at for claim in claims[TARO])


async def test_g01_every_occurrence_owns_its_time(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    assert await claimed(world) == [first + step * _WEEK for step in range(4)]
    over = await world.call("POST", "/proposals", {"slots": [a_slot_at(16, 13)], "kind": "visit", "send_mail": False})
    assert over.status_code in (409, 422)
    listed = await occurrences_of(world, shown)
    assert [datetime.fromisoformat(one["start"]) for one in listed] == [first + step * _WEEK for step in range(4)]
    assert {(one["status"], one["moved"], one["can_change"]) for one in listed} == {("confirmed", False, True)}


async def test_one_occurrence_moves_with_its_claim_alone(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    new = first + _WEEK + timedelta(days=1, hours=1)
    answer = await world.call("PATCH", path_of(shown, first + _WEEK), {"start": new.isoformat()})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["moved"], answer.json()["version"]) == (True, 3)
    assert await claimed(world) == [first, new, first + 2 * _WEEK, first + 3 * _WEEK]
    (event,) = await world.published("booking.appointment_rescheduled.v1")
    assert (event.data.previous_start_at, event.data.occurrence.start_at) == (first + _WEEK, new)
    assert event.data.appointment.series.changed == (event.data.occurrence,)
    back = await world.call("PATCH", path_of(shown, first + _WEEK), {"start": (first + _WEEK).isoformat()})
    assert (back.status_code, back.json()["moved"]) == (200, False)


async def test_g20_a_move_to_where_it_is_makes_no_revision(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    answer = await world.call("PATCH", path_of(shown, first), {"start": first.isoformat()})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)


async def test_a_taken_time_names_the_occurrence(world: World) -> None:
    shown = await a_series(world)
    other = await confirmed(world, slots=[a_slot_at(10, 10)])
    at = in_tokyo(2, 13) + _WEEK
    refused = await world.call("PATCH", path_of(shown, at), {"start": other["start"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "/occurrences/1/start"
    assert "10:00" in error["detail"]


async def test_g04_the_look_is_asked_for_the_new_time(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    new = first + _WEEK + timedelta(hours=2)
    world.look.busy[TARO] = [BusyEntry("x", Span(new, new + timedelta(hours=1)))]
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=2))
    refused = await world.call("PATCH", path_of(shown, first + _WEEK), {"start": new.isoformat()})
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")


async def test_an_occurrence_stays_between_its_neighbours_and_ahead_of_now(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    for start in (first, first + 2 * _WEEK + timedelta(hours=3), clock.now() - _WEEK):
        refused = await world.call(
            "PATCH", path_of(shown, first + _WEEK), {"start": start.replace(second=0, microsecond=0).isoformat()}
        )
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/start"), refused.text
    unknown = await world.call("PATCH", path_of(shown, first + timedelta(days=1)), {"start": first.isoformat()})
    assert unknown.status_code == 404


async def test_cancelling_one_frees_its_time_once(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    for _ in range(2):
        answer = await world.call("DELETE", path_of(shown, first + _WEEK))
        assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "canceled", 3)
    assert await claimed(world) == [first, first + 2 * _WEEK, first + 3 * _WEEK]
    (event,) = await world.published("booking.appointment_changed.v1")
    assert (event.data.occurrence.canceled, event.data.occurrence.original_start_at) == (True, first + _WEEK)
    gone = await world.call("PATCH", path_of(shown, first + _WEEK), {"start": (first + _WEEK).isoformat()})
    assert (gone.status_code, gone.json()["code"]) == (409, "occurrence_canceled")


async def test_the_last_that_is_cancelled_cancels_the_whole(world: World) -> None:
    shown = await a_series(world, "FREQ=WEEKLY;COUNT=2")
    first = in_tokyo(2, 13)
    for step in range(2):
        assert (await world.call("DELETE", path_of(shown, first + step * _WEEK))).status_code == 200
    assert (await world.call("GET", f"/appointments/{shown['id']}")).json()["status"] == "canceled"
    assert await claimed(world) == []


async def test_a_whole_series_moves_with_what_was_changed_of_it(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    put = first + _WEEK + timedelta(hours=4)
    await world.call("PATCH", path_of(shown, first + _WEEK), {"start": put.isoformat()})
    await world.call("DELETE", path_of(shown, first + 2 * _WEEK))
    new = first + timedelta(days=1, hours=1)
    moved = await world.call("PATCH", f"/appointments/{shown['id']}", {"start": new.isoformat()})
    assert moved.status_code == 200, moved.text
    assert await claimed(world) == [new, put, new + 3 * _WEEK]
    listed = await occurrences_of(world, shown)
    assert [one["status"] for one in listed] == ["confirmed", "confirmed", "canceled", "confirmed"]


async def test_cancelling_the_whole_frees_every_occurrence(world: World) -> None:
    shown = await a_series(world)
    await world.call("PATCH", path_of(shown, in_tokyo(2, 13)), {"start": in_tokyo(2, 15).isoformat()})
    await world.call("DELETE", f"/appointments/{shown['id']}")
    assert await claimed(world) == []


async def test_a_series_that_has_not_begun_gets_another_rule_and_keeps_what_was_changed(world: World) -> None:
    shown, first = await a_series(world), in_tokyo(2, 13)
    for step in (1, 3):
        await world.call("DELETE", path_of(shown, first + step * _WEEK))
    answer = await world.call("PATCH", f"/appointments/{shown['id']}", {"rrule": "FREQ=WEEKLY;COUNT=3"})
    assert (answer.status_code, answer.json()["rrule"][-7:]) == (200, "COUNT=3")
    assert await claimed(world) == [first, first + 2 * _WEEK]
    event = (await world.published("booking.appointment_rescheduled.v1"))[-1]
    assert [one.original_start_at for one in event.data.appointment.series.changed] == [first + _WEEK]
    same = await world.call("PATCH", f"/appointments/{shown['id']}", {"rrule": "FREQ=WEEKLY;COUNT=3"})
    assert same.json()["version"] == answer.json()["version"]


async def test_g01_another_rule_passes_look_and_guard(world: World) -> None:
    shown = await a_series(world, "FREQ=WEEKLY;COUNT=2")
    await confirmed(world, slots=[a_slot_at(16, 13)])
    refused = await world.call("PATCH", f"/appointments/{shown['id']}", {"rrule": "FREQ=WEEKLY;COUNT=3"})
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert refused.json()["errors"][0]["pointer"] == "/occurrences/2/start"


async def test_single_and_recurring_do_not_change_into_each_other(world: World) -> None:
    series, single = await a_series(world), await confirmed(world, slots=[a_slot_at(3, 10)])
    for shown, rrule in ((series, None), (single, "FREQ=DAILY;COUNT=2")):
        refused = await world.call("PATCH", f"/appointments/{shown['id']}", {"rrule": rrule})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/rrule")


async def test_a_series_that_has_begun_keeps_its_rule(world: World, forward: Forward) -> None:
    shown = await a_series(world)
    forward(timedelta(days=3))
    refused = await world.call("PATCH", f"/appointments/{shown['id']}", {"rrule": "FREQ=WEEKLY;COUNT=3"})
    renamed = await world.call("PATCH", f"/appointments/{shown['id']}", {"title": "別名"})
    assert (refused.status_code, renamed.status_code) == (422, 200)


async def test_lists_by_time_show_a_series_by_any_occurrence(world: World) -> None:
    shown = await a_series(world, title="定例")
    first = in_tokyo(2, 13)
    third = first + 2 * _WEEK

    async def within(start: datetime, end: datetime) -> list[dict[str, Any]]:
        window = f"from={quote(start.isoformat())}&to={quote(end.isoformat())}"
        items: list[dict[str, Any]] = (await world.call("GET", f"/appointments?{window}")).json()["items"]
        return items

    (found,) = await within(third - timedelta(hours=1), third + timedelta(hours=1))
    assert (found["id"], datetime.fromisoformat(found["occurrence"]["start"])) == (shown["id"], third)
    assert await within(third + timedelta(days=1), third + timedelta(days=2)) == []
    await world.call("DELETE", path_of(shown, third))
    assert await within(third - timedelta(hours=1), third + timedelta(hours=1)) == []
    (whole,) = await within(first - timedelta(days=1), third + 4 * _WEEK)
    assert datetime.fromisoformat(whole["occurrence"]["start"]) == first
    until = quote((third + timedelta(hours=2)).isoformat())
    (latest,) = (await world.call("GET", f"/appointments?to={until}&order=latest")).json()["items"]
    assert datetime.fromisoformat(latest["occurrence"]["start"]) == first + _WEEK


async def test_a_series_stands_in_lists_by_time_where_the_occurrence_that_is_shown_does_over_all_pages(
    world: World, forward: Forward
) -> None:
    """In the fourth week: the third occurrence was yesterday, the last one is in six days."""
    shown = await a_series(world, title="定例")
    days = (15, 19, 21, 25)
    for day in days:
        await confirmed(world, slots=[a_slot_at(day, 10)], title=f"nr {day}")
    forward(timedelta(days=17))
    now = quote(clock.now().isoformat())

    async def listed(query: str) -> list[str]:
        found, cursor = list[str](), ""
        while True:
            page = (await world.call("GET", f"/appointments?{query}&limit=1{cursor}")).json()
            found += [item["title"] for item in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    assert await listed(f"from={now}") == ["nr 19", "nr 21", "定例", "nr 25"]
    assert await listed(f"to={now}&order=latest") == ["定例", "nr 15"]
    await world.call("DELETE", path_of(shown, in_tokyo(-1, 13)))
    assert await listed(f"from={now}&troubled=true") == []


async def test_between_two_times_a_series_tells_every_occurrence_within(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    window = f"from={quote(first.isoformat())}&to={quote((first + _WEEK + timedelta(minutes=1)).isoformat())}"
    (found,) = (await world.call("GET", f"/appointments?{window}")).json()["items"]
    starts = [datetime.fromisoformat(one["start"]) for one in found["occurrences"]]
    assert (found["id"], starts) == (shown["id"], [first, first + _WEEK])
    (open_ended,) = (await world.call("GET", f"/appointments?from={quote(first.isoformat())}")).json()["items"]
    assert open_ended["occurrences"] == []


async def test_what_is_no_series_has_no_occurrences(world: World) -> None:
    shown = await confirmed(world)
    assert await occurrences_of(world, shown) == []
    assert (await world.call("DELETE", path_of(shown, in_tokyo(2, 13)))).status_code == 404
