"""X10 and X12: slots that a calendar fills go, staff are asked for more, and are told of silence once."""

from datetime import timedelta
from typing import Any

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared import clock
from shared.contracts.calendar_sync import BusyTimesChanged
from shared.contracts.gateway import OrganizationChanged
from tests.builders import ORGANIZATION
from tests.integration.booking.conftest import Forward
from tests.integration.booking.test_proposals_later import held_by
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo

LOW, CHANGED, UNANSWERED = (
    f"booking.{name}.v1" for name in ("slots_running_low", "slots_changed", "proposal_unanswered")
)


def at(day: int, hour: int, minutes: int = 60) -> Span:
    start = in_tokyo(day, hour)
    return Span(start, start + timedelta(minutes=minutes))


async def statuses(world: World, made: dict[str, Any]) -> list[str]:
    shown = (await world.call("GET", f"/proposals/{made['id']}")).json()
    return [slot["status"] for slot in shown["slots"]]


async def wanting(world: World, minimum: int) -> None:
    await world.hears(
        OrganizationChanged(
            name="株式会社サンプル",
            product_name="Chosei",
            time_zone="Asia/Tokyo",
            locale="ja",
            reminder_time="07:00",
            allow_zoom_basic=True,
            drift_policy="ask",
            mail_format="html",
            minimum_slots=minimum,
        ),
        subject=ORGANIZATION,
    )


async def test_x10_a_slot_that_a_calendar_fills_is_taken_and_its_time_let_go(world: World) -> None:
    made = await world.propose()
    await world.busy(HANAKO, at(3, 10, 15))
    assert await statuses(world, made) == ["open", "taken", "open"]
    assert [claim.span.start_at for claim in await held_by(world)] == [in_tokyo(2, 13), in_tokyo(4, 15)]
    (event,) = await world.published(CHANGED)
    assert (event.data.reason, event.data.mail_guest, len(event.data.proposal.slots)) == ("taken", False, 2)


async def test_x10_hearing_it_again_or_late_changes_nothing(world: World) -> None:
    made = await world.propose()
    await world.busy(HANAKO, at(3, 10))
    await world.busy(HANAKO, at(3, 10))
    old = world.versions[HANAKO] - 1
    late = BusyTimesChanged(
        staff_id=HANAKO,
        read_at=clock.now(),
        window_start_at=clock.now(),
        window_end_at=clock.now() + timedelta(days=90),
        months=[],
    )
    await world.hears(late, subject=HANAKO, version=old)
    assert await statuses(world, made) == ["open", "taken", "open"]
    assert len(await world.published(CHANGED)) == 1


async def test_g03_an_unreadable_calendar_fills_nothing(world: World) -> None:
    made = await world.propose()
    await world.breaks(HANAKO)
    await world.busy(HANAKO, at(3, 10))
    assert await statuses(world, made) == ["open"] * 3
    await world.busy(TARO, at(2, 13), read_at=clock.now() - timedelta(hours=1))
    assert await statuses(world, made) == ["open"] * 3


async def test_g02_what_was_tolerated_does_not_take_the_slot_away(world: World) -> None:
    await world.busy(HANAKO, at(3, 10))
    world.look.busy[HANAKO] = [BusyEntry("e1", at(3, 10))]
    made = await world.propose(allow_overlap=True)
    await world.busy(HANAKO, at(3, 10))
    assert await statuses(world, made) == ["open"] * 3


async def test_x10_a_slot_refused_by_the_look_is_not_offered_again(world: World) -> None:
    made = await world.propose(slots=[a_slot_at(2, 13), a_slot_at(9, 10), a_slot_at(3, 13)])
    for staff_id in (TARO, HANAKO):
        await world.busy(staff_id, read_at=clock.now() - timedelta(minutes=2))
    world.look.busy[HANAKO] = [BusyEntry("new", at(3, 13))]
    refused = await world.confirm(made, 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    near, far = made["slots"][0]["id"], made["slots"][1]["id"]
    assert [slot["id"] for slot in refused.json()["slots"]] == [near, far]
    assert await statuses(world, made) == ["open", "open", "taken"]
    again = await world.confirm(made, 2)
    assert (again.status_code, len(world.look.asked)) == (409, 1)


async def test_x12_remaining_slots_come_nearest_first(world: World) -> None:
    made = await world.propose(slots=[a_slot_at(2, 9), a_slot_at(6, 9), a_slot_at(7, 9), a_slot_at(9, 9)])
    await world.busy(TARO, at(7, 9))
    refused = await world.confirm(made, 2)
    first, second, _, fourth = (slot["id"] for slot in made["slots"])
    assert [slot["id"] for slot in refused.json()["slots"]] == [second, fourth, first]


async def test_x10_staff_are_told_once_that_few_remain_and_again_after_adding(world: World) -> None:
    await wanting(world, 2)
    made = await world.propose()
    await world.busy(TARO, at(2, 13))
    assert await world.published(LOW) == []
    await world.busy(TARO, at(2, 13), at(3, 10))
    await world.busy(TARO, at(2, 13), at(3, 10), at(4, 15))
    (event,) = await world.published(LOW)
    assert (event.data.remaining, event.data.minimum) == (1, 2)
    mails = [effect for effect in await effects(world, made) if effect["effect"] == "mail"]
    assert ("slots_running_low", "staff") in [(mail["purpose"], mail["of"]) for mail in mails]

    added = [a_slot_at(7, 9), a_slot_at(8, 9)]
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"slots": added})
    assert answer.status_code == 200, answer.text
    await world.busy(TARO, at(7, 9))
    assert len(await world.published(LOW)) == 2


async def effects(world: World, made: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.call("GET", f"/proposals/{made['id']}")).json()["effects"]
    return found


async def test_x10_slots_that_pass_count_as_gone(world: World, forward: Forward) -> None:
    made = await world.propose(expires_at=in_tokyo(20, 0).isoformat(), slots=[a_slot_at(1, 9), a_slot_at(2, 9)])
    forward(in_tokyo(1, 10) - clock.now())
    await world.expiry.run_due()
    assert await world.published(LOW) == []
    forward(timedelta(days=1))
    await world.expiry.run_due()
    await world.expiry.run_due()
    (event,) = await world.published(LOW)
    assert (event.data.remaining, (await world.guest("GET", made)).json()["status"]) == (0, "open")


async def test_x12_staff_are_told_once_of_a_proposal_that_lies_unopened(world: World, forward: Forward) -> None:
    await world.propose(slots=[a_slot_at(9, 9), a_slot_at(10, 9)])
    forward(timedelta(days=3, minutes=-1))
    assert await world.expiry.run_due() == 0
    forward(timedelta(minutes=2))
    assert await world.expiry.run_due() == 1
    forward(timedelta(days=1))
    await world.expiry.run_due()
    (event,) = await world.published(UNANSWERED)
    assert (event.data.opened, event.aggregateversion) == (False, 2)


async def test_x12_a_proposal_that_was_opened_says_so(world: World, forward: Forward) -> None:
    made = await world.propose(slots=[a_slot_at(9, 9)])
    for _ in range(2):
        assert (await world.guest("POST", made, "/seen")).status_code == 204
    shown = (await world.call("GET", f"/proposals/{made['id']}")).json()
    assert (shown["opened_at"] is not None, shown["version"]) == (True, 1)
    forward(timedelta(days=3, minutes=1))
    await world.expiry.run_due()
    (event,) = await world.published(UNANSWERED)
    assert event.data.opened


async def test_x12_who_asked_for_other_times_did_answer(world: World, forward: Forward) -> None:
    made = await world.propose(slots=[a_slot_at(9, 9)])
    await world.guest("POST", made, "/ask-again", {"message": "午後で"})
    forward(timedelta(days=4))
    await world.expiry.run_due()
    assert await world.published(UNANSWERED) == []


async def test_g07_looking_at_the_page_does_not_count_as_opening(world: World) -> None:
    made = await world.propose()
    for _ in range(3):
        await world.guest("GET", made)
    assert (await world.call("GET", f"/proposals/{made['id']}")).json()["opened_at"] is None
    assert (await world.guest("POST", "no-such-token", "/seen")).status_code == 404
