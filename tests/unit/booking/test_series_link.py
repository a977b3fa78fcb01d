"""When the guest of a series is told its one link (C7, E6): before its first occurrence, and from then on."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.another_guest import with_guest, with_rights_of
from services.booking.model.appointment import Appointment
from services.booking.model.series import every_occurrence, with_canceled, with_moved
from services.booking.model.spans import Span
from services.booking.model.told_appointment import told
from services.booking.views.join import OVERTIME
from shared.contracts.api.joining import JoinStatus
from shared.contracts.booking import Series
from shared.contracts.reveal import LinkShown, Reveal
from tests.unit.booking.test_join import HANAKO, HOUR, MOMENTS, SOURCE, START, an_appointment, status

WEEK = timedelta(days=7)
NOTICE = timedelta(minutes=30)
IN_NOTICE = Reveal(link=LinkShown.IN_NOTICE, notices=(30,))


def a_series(**changes: Any) -> Appointment:
    return an_appointment(**{"series": Series(rrule="FREQ=WEEKLY;COUNT=3"), "reveal": IN_NOTICE, **changes})


def changed(before: Appointment, after: Appointment, now: datetime) -> Appointment:
    return with_rights_of(before, after, now, lambda _: (SOURCE, SOURCE))


def first_canceled(before: Appointment, now: datetime) -> Appointment:
    return changed(before, with_canceled(before, every_occurrence(before)[0], now), now)


def knows(appointment: Appointment, now: datetime) -> bool:
    """The guest's page, the join link and the mails say the same."""
    link_at = told(appointment).link_at
    assert link_at == appointment.link_at
    assert appointment.guest_knows_link(now) is (link_at is None or link_at <= now)
    return link_at is None or link_at <= now


@given(MOMENTS)
def test_c7_what_the_first_notice_told_is_known_for_the_whole_series(now: datetime) -> None:
    assert knows(a_series(), now) is (now >= START - NOTICE)
    hidden = status(a_series(), now) is JoinStatus.HIDDEN
    assert hidden is (now < START - NOTICE)


@given(MOMENTS)
def test_c7_the_first_occurrence_that_takes_place_is_the_one_before_which_it_is_told(now: datetime) -> None:
    series = first_canceled(a_series(), START - timedelta(days=2))
    assert series.link_at == START + WEEK - NOTICE
    assert knows(series, now) is (now >= START + WEEK - NOTICE)


@given(st.integers(0, 60 * 24 * 14).map(lambda minutes: START - NOTICE + timedelta(minutes=minutes)))
def test_c7_a_change_of_an_occurrence_takes_back_nothing_that_was_told(now: datetime) -> None:
    before = a_series()
    canceled = changed(before, before.model_copy(update={"series": Series(rrule="FREQ=WEEKLY;COUNT=3")}), now)
    assert knows(canceled, now)
    assert knows(first_canceled(before, START - NOTICE), START)
    assert told(canceled).reveal.notices == (30,)


def test_c7_moving_the_first_before_the_notice_moves_the_link_along_and_afterwards_does_not() -> None:
    before, first = a_series(), every_occurrence(a_series())[0]
    later = Span(START + 3 * HOUR, START + 4 * HOUR)
    early, late = START - HOUR, START - timedelta(minutes=10)
    moved = [changed(before, with_moved(before, first, later, now), now) for now in (early, late)]
    assert moved[0].link_at == later.start_at - NOTICE
    assert moved[1].link_at is None


@given(st.integers(0, 60 * 24 * 14).map(lambda minutes: START + timedelta(minutes=minutes)))
def test_c9_another_guest_of_a_series_under_way_learns_the_link_before_the_next_occurrence(now: datetime) -> None:
    before = a_series()
    after = changed(before, with_guest(before, HANAKO.model_copy(update={"email": "jiro@example.jp"})), now)
    coming = next((one.start_at for one in every_occurrence(before) if one.end_at > now), START)
    assert after.link_generation == 2
    assert after.link_at == coming - NOTICE
    assert knows(after, now) is (now >= coming - NOTICE)


@given(MOMENTS)
def test_x9_the_join_link_of_a_series_stays_open_between_its_occurrences(now: datetime) -> None:
    over = now >= START + 2 * WEEK + HOUR + OVERTIME
    wanted = JoinStatus.OVER if over else JoinStatus.HIDDEN if now < START - NOTICE else JoinStatus.OPEN
    assert status(a_series(), now) is wanted


def test_c7_what_is_no_series_is_told_before_its_start_whenever_that_is() -> None:
    moved = an_appointment(reveal=IN_NOTICE, link_told=True, start_at=START + WEEK, end_at=START + WEEK + HOUR)
    assert moved.link_at == START + WEEK - NOTICE
    assert told(moved).link_start_at is None
