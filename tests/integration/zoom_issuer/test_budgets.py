"""Zoom's limits under many workers, crashes, a day's end and Zoom's own word, on the real database (C4, E8, G20)."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.zoom_issuer.limits import DailyLimit, Gathering, next_reset
from services.zoom_issuer.providers import DayIsSpent
from services.zoom_issuer.store.budgets import Budgets
from services.zoom_issuer.usecases.keep_limits import BudgetSpent, Counted, KeepLimits, NoTurn
from shared import clock
from shared.contracts.booking import Occurrence, Series
from shared.providers import ProviderThrottled, ProviderUnavailable
from tests.builders import ORGANIZATION, tomorrow_at
from tests.infrastructure.database import opened_database
from tests.integration.zoom_issuer.workshop import Ear, Workshop, a_grant, wanted

LATER, WEEK, HOUR = timedelta(days=9), timedelta(days=7), timedelta(hours=1)


def move_clock_to(moment: datetime) -> None:
    clock.set_offset(moment - clock.real_now())


def failing(error: Exception, *operations: str) -> Any:
    async def fail(operation: str, token: str = "") -> None:
        if operation in operations:
            raise error

    return fail


async def nobody(connection_id: str, user_id: str) -> str:
    return "taro@example.jp"


def limits_on(budgets: Budgets, *, per_second: int = 500) -> KeepLimits:
    relay: Any = Ear()
    return KeepLimits(budgets, nobody, relay, DailyLimit(100, 0), per_second=per_second, per_second_basic=per_second)


async def test_g20_eight_workers_with_three_hundred_requests_each_never_pass_the_limits(
    shop: Workshop, database_url: str
) -> None:
    going_out: list[float] = []
    per_second, loop = 40, asyncio.get_running_loop()

    async def request() -> None:
        going_out.append(loop.time())

    async def worker(limits: KeepLimits) -> None:
        what = Counted("org_sample", "apt_1", clock.now() + LATER, "zoom-user-1", "con_1")
        for _ in range(300):
            try:
                await limits.ask("con_1", request, counts=what)
            except (BudgetSpent, NoTurn):
                continue

    async with AsyncExitStack() as stack:
        workers = []
        for _ in range(8):
            database = await stack.enter_async_context(opened_database(database_url))
            workers.append(worker(limits_on(Budgets(database), per_second=per_second)))
        await asyncio.gather(*workers)
    assert len(going_out) == 100
    within = [sum(at <= other < at + 1 for other in going_out) for at in going_out]
    assert max(within) <= per_second + 10, "turns are evenly spread; a busy machine may shift some"
    assert (await shop.budgets.day("zoom-user-1", clock.now())).used == 100


async def test_g20_a_crash_between_counting_and_asking_loses_a_request_and_never_gains_one(shop: Workshop) -> None:
    now = clock.now()
    for _ in range(99):
        assert await shop.budgets.take("zoom-user-1", now, 100)
    assert await shop.budgets.take("zoom-user-1", now, 100)  # and killed
    assert not await shop.budgets.take("zoom-user-1", now, 100)


async def test_g20_just_before_the_reset_a_request_counts_for_both_days(shop: Workshop) -> None:
    reset = next_reset(clock.now())
    assert await shop.budgets.take("zoom-user-1", reset - timedelta(seconds=1), 100)
    assert (await shop.budgets.day("zoom-user-1", reset)).used == 1


async def used_up(shop: Workshop, user_id: str, times: int = 100) -> None:
    for _ in range(times):
        await shop.budgets.take(user_id, clock.now(), 100)


async def test_c4_the_101st_waits_for_midnight_is_told_once_and_goes_out_after_the_reset(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    await used_up(shop, connection.account_id)
    reset = next_reset(clock.now())
    for name in ("apt_1", "apt_2"):
        await shop.want(wanted(appointment_id=name, start_at=tomorrow_at(4) + timedelta(days=2)), name)
    await shop.work()
    assert shop.zoom.asked == []
    failed = shop.ear.of("meeting_issue_failed")
    assert {(one["error"], datetime.fromisoformat(one["retry_at"])) for one in failed} == {("zoom_rate_limited", reset)}
    assert {one["day_is_spent"] for one in failed} == {True}
    [said] = shop.ear.of("zoom_budget_exhausted")
    assert (said["zoom_user_id"], said["same_day_left"]) == (connection.account_id, False)
    assert datetime.fromisoformat(said["resets_at"]) == reset

    move_clock_to(reset + timedelta(seconds=90))
    await shop.work()
    assert len(shop.zoom.meetings) == 2
    assert (await shop.limits.left([connection.account_id])) == {connection.account_id: 98}


async def test_c4_the_last_of_the_budget_goes_to_meetings_that_start_before_the_reset(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    move_clock_to(next_reset(clock.now()) + timedelta(hours=2))
    await used_up(shop, connection.account_id, 95)
    await shop.want(wanted(start_at=clock.now() + timedelta(days=3)), "apt_later")
    await shop.want(wanted(start_at=clock.now() + timedelta(hours=3)), "apt_today")
    await shop.work()
    assert "actual" in await shop.row("apt_today")
    assert "actual" not in await shop.row("apt_later")
    assert [said["same_day_left"] for said in shop.ear.of("zoom_budget_exhausted")] == [True]


async def test_c4_zooms_word_is_believed_over_our_count(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    until = clock.now() + timedelta(hours=1)
    shop.zoom.before = failing(DayIsSpent("zoom: 429/429", until=until, now=clock.now()), "create")
    start = tomorrow_at(4) + timedelta(days=2)
    await shop.want(wanted(start_at=start), "apt_1")
    await shop.work()
    shop.zoom.before = None
    await shop.want(wanted(start_at=start), "apt_2")
    await shop.work()
    assert shop.zoom.asked == ["create"], "nobody asks again before Zoom's own time"
    assert await shop.limits.left([connection.account_id]) == {connection.account_id: 0}
    assert len(shop.ear.of("zoom_budget_exhausted")) == 1
    move_clock_to(until + timedelta(seconds=90))
    await shop.work()
    assert len(shop.zoom.meetings) == 2


async def test_g20_retries_count(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    shop.zoom.before = failing(ProviderUnavailable("zoom: 503"), "create")
    await shop.want(wanted())
    await shop.work()
    await shop.work_at_next_try()
    assert (await shop.budgets.day(connection.account_id, clock.now())).used == 2


async def test_c4_an_outage_does_not_use_up_the_day_with_one_meeting_that_was_moved(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    start = tomorrow_at(4) + timedelta(days=2)
    await shop.want(wanted(start_at=start))
    await shop.work()
    shop.zoom.before = failing(ProviderUnavailable("zoom: 503", unknown=True), "update", "state")
    await shop.want(wanted(revision=2, start_at=start + HOUR))
    await shop.work()
    for _ in range(5):
        await shop.work_at_next_try()
    assert await shop.limits.left([connection.account_id]) == {connection.account_id: 98}

    shop.zoom.before = None
    await shop.work_at_next_try()
    [meeting] = shop.zoom.meetings.values()
    assert meeting.start_at == start + HOUR
    assert await shop.limits.left([connection.account_id]) == {connection.account_id: 97}


async def test_c4_what_starts_before_the_reset_fails_for_good_and_says_that_the_day_is_spent(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    move_clock_to(next_reset(clock.now()) + timedelta(hours=2))
    await used_up(shop, connection.account_id)
    await shop.want(wanted(start_at=clock.now() + timedelta(hours=3)))
    await shop.work()
    [failed] = shop.ear.of("meeting_issue_failed")
    assert (failed["retry_at"], failed["day_is_spent"]) == (None, True)
    assert len(shop.ear.of("zoom_budget_exhausted")) == 1


async def test_a_burst_is_no_spent_day(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    shop.zoom.before = failing(ProviderThrottled("zoom: 429", retry_after=timedelta(seconds=1)), "create")
    await shop.want(wanted())
    await shop.work()
    assert await shop.limits.left([connection.account_id]) == {connection.account_id: 99}
    assert [one["day_is_spent"] for one in shop.ear.of("meeting_issue_failed")] == [False]
    assert shop.ear.of("zoom_budget_exhausted") == []


@pytest.mark.parametrize("counted", [False, True])
async def test_c4_deletions_count_where_the_organization_says_so(shop: Workshop, counted: bool) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=9)))
    await shop.store.save_organization("org_sample", True, 1, count_deletions=counted)
    await shop.want(wanted())
    await shop.work()
    await shop.want(wanted(revision=2, canceled=True))
    await shop.work()
    assert shop.zoom.meetings == {}
    assert (await shop.budgets.day(connection.account_id, clock.now())).used == 1 + counted


def gathers(shop: Workshop) -> None:
    shop.follow._gathering = Gathering(timedelta(seconds=16), timedelta(seconds=70), timedelta(minutes=15))


async def test_g20_five_moves_within_a_minute_make_one_update(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    start = tomorrow_at(4) + timedelta(days=2)
    await shop.want(wanted(start_at=start))
    await shop.work()
    gathers(shop)
    began = clock.now()
    for number in range(5):
        move_clock_to(began + timedelta(seconds=15 * number))
        await shop.want(wanted(revision=2 + number, start_at=start + timedelta(hours=1 + number)))
        await shop.work()
    assert shop.zoom.asked == ["create"]
    move_clock_to(began + timedelta(seconds=71))
    await shop.work()
    assert shop.zoom.asked == ["create", "update"]
    [meeting] = shop.zoom.meetings.values()
    assert meeting.start_at == start + timedelta(hours=5)


async def test_g20_a_move_back_to_where_it_was_makes_no_call_and_is_answered(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    start = tomorrow_at(4) + timedelta(days=2)
    await shop.want(wanted(start_at=start))
    await shop.work()
    gathers(shop)
    await shop.want(wanted(revision=2, start_at=start + timedelta(hours=1)))
    await shop.work()
    await shop.want(wanted(revision=3, start_at=start))
    await shop.work()
    assert shop.zoom.asked == ["create"]
    assert [one["revision"] for one in shop.ear.of("meeting_updated")] == [3]
    assert "gathering_since" not in await shop.row()


async def test_a_cancellation_does_not_wait_for_what_is_gathered(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    start = tomorrow_at(4) + timedelta(days=2)
    await shop.want(wanted(start_at=start))
    await shop.work()
    gathers(shop)
    await shop.want(wanted(revision=2, start_at=start + timedelta(hours=1)))
    await shop.work()
    await shop.want(wanted(revision=3, start_at=start, canceled=True))
    await shop.work()
    assert shop.zoom.asked == ["create", "delete"]


async def test_e6_an_occurrence_of_a_series_that_has_begun_is_moved_once_zoom_is_free_again(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=30)))
    start = tomorrow_at(4)
    second = start + WEEK
    times = {"start_at": start, "end_at": start + HOUR}
    await shop.want(wanted(**times, series=Series(rrule="FREQ=WEEKLY;COUNT=3")))
    await shop.work()
    move_clock_to(start + timedelta(days=1))
    shop.zoom.before = failing(ProviderThrottled("zoom: 429", retry_after=timedelta(seconds=1)), "change_occurrence")
    put = Occurrence(original_start_at=second, start_at=second + HOUR, end_at=second + 2 * HOUR)
    await shop.want(wanted(revision=2, **times, series=Series(rrule="FREQ=WEEKLY;COUNT=3", changed=(put,))))
    await shop.work()
    [failed] = shop.ear.of("meeting_issue_failed")
    assert failed["retry_at"] is not None, "the first occurrence is over, the others are not"

    shop.zoom.before = None
    await shop.work_at_next_try()
    assert [one["revision"] for one in shop.ear.of("meeting_updated")] == [2]


async def test_c4_the_deletion_of_an_occurrence_counts_where_the_organization_says_so(shop: Workshop) -> None:
    connection = await shop.connect(a_grant("first", timedelta(days=30)))
    start = tomorrow_at(4)
    times = {"start_at": start, "end_at": start + HOUR}
    gone = Occurrence(original_start_at=start, start_at=start, end_at=start + HOUR, canceled=True)
    await shop.want(wanted(**times, series=Series(rrule="FREQ=WEEKLY;COUNT=3")))
    await shop.work()
    await shop.want(wanted(revision=2, **times, series=Series(rrule="FREQ=WEEKLY;COUNT=3", changed=(gone,))))
    await shop.work()
    assert await shop.limits.left([connection.account_id]) == {connection.account_id: 99}

    await shop.store.save_organization(ORGANIZATION, True, 1, count_deletions=True)
    other = gone.model_copy(update={"original_start_at": start + WEEK, "start_at": start + WEEK})
    both = Series(rrule="FREQ=WEEKLY;COUNT=3", changed=(gone, other))
    await shop.want(wanted(revision=3, **times, series=both))
    await shop.work()
    assert await shop.limits.left([connection.account_id]) == {connection.account_id: 98}
