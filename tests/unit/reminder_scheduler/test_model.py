"""When a reminder goes out (R27, G21, G6)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from services.reminder_scheduler.model import Bell, Known, Office, Reminder, plan, plan_notice, reminder_at
from shared.contracts.reminder_scheduler import ReasonNotReminded
from shared.contracts.reveal import LinkShown, Reveal

TOKYO = Office("Asia/Tokyo")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def tokyo(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=ZoneInfo("Asia/Tokyo"))


def what_is_known(revision: int, start_at: datetime, decided_at: datetime) -> Known:
    return Known("apt_1", "org_1", revision, start_at, "Asia/Tokyo", decided_at)


def test_the_newest_revision_wins_and_the_earliest_event_of_a_start_decided_it() -> None:
    first = what_is_known(1, tokyo(2, 10), tokyo(1, 10))
    again = what_is_known(2, tokyo(2, 10), tokyo(2, 8))
    assert first.merged(again) == again.merged(first) == what_is_known(2, tokyo(2, 10), tokyo(1, 10))


def test_a_moved_start_was_decided_when_it_was_moved() -> None:
    first = what_is_known(1, tokyo(2, 10), tokyo(1, 10))
    moved = what_is_known(2, tokyo(3, 10), tokyo(2, 8))
    assert first.merged(moved) == moved.merged(first) == moved


def test_a_reminder_goes_out_at_seven_on_the_day() -> None:
    assert plan(tokyo(2, 10, 30), LONG_AGO, TOKYO).due_at == tokyo(2, 7)


def test_an_appointment_before_seven_gets_none() -> None:
    assert plan(tokyo(2, 6, 30), LONG_AGO, TOKYO).reason is ReasonNotReminded.BEFORE_REMINDER_TIME


def test_an_appointment_at_seven_sharp_gets_none() -> None:
    assert plan(tokyo(2, 7), LONG_AGO, TOKYO).due_at is None


def test_one_that_is_confirmed_after_seven_on_the_day_gets_none_late() -> None:
    assert plan(tokyo(2, 18), tokyo(2, 7, 1), TOKYO).reason is ReasonNotReminded.TOO_LATE


def test_one_that_is_confirmed_just_before_seven_gets_one() -> None:
    assert plan(tokyo(2, 18), tokyo(2, 6, 59), TOKYO).due_at == tokyo(2, 7)


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2037, 12, 31)),  # noqa: DTZ001 - made aware below
    hour=st.integers(0, 23),
)
def test_g06_the_wall_clock_says_the_reminder_hour_on_the_day_of_the_start(
    zone: str, start: datetime, hour: int
) -> None:
    start_at = start.replace(tzinfo=UTC)
    office = Office(zone, time(hour))
    due_at = reminder_at(start_at, office)
    local, day = due_at.astimezone(ZoneInfo(zone)), start_at.astimezone(ZoneInfo(zone)).date()
    naive = datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone))
    exists = naive.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == naive.replace(tzinfo=None)
    assert (local.date(), local.hour) == (day, hour) or not exists
    assert abs(due_at - start_at) < timedelta(hours=26)


def an_hour_before(decided_at: datetime, *, link: LinkShown = LinkShown.IN_NOTICE) -> Known:
    known = what_is_known(1, tokyo(2, 10), decided_at)
    return Known(**{**vars(known), "reveal": Reveal(link=link, notices=(60, 10))})


def test_c7_a_notice_goes_out_so_long_before_the_start() -> None:
    found = plan_notice(an_hour_before(tokyo(1, 10)), 60)
    assert (found.due_at, found.planned_at) == (tokyo(2, 9), tokyo(2, 9))


def test_c7_one_whose_time_has_passed_goes_out_at_once_only_where_it_tells_the_link() -> None:
    late = tokyo(2, 9, 55)
    assert plan_notice(an_hour_before(late), 60).due_at == late
    assert plan_notice(an_hour_before(late, link=LinkShown.AT_ONCE), 60).reason is ReasonNotReminded.TOO_LATE
    assert plan_notice(an_hour_before(late), 10).due_at is None
    assert plan_notice(an_hour_before(tokyo(2, 10)), 60).due_at is None


MINUTE = timedelta(minutes=1)
ZONES = st.sampled_from(sorted(available_timezones()))
STARTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE)


@given(ZONES, STARTS, st.integers(1, 29))
def test_g06_whole_days_before_are_the_same_time_of_day_whatever_the_clocks_do(
    zone: str, start_at: datetime, days: int
) -> None:
    """Where that time of day is there once; where it is not, the instant lies within the change of it."""
    at = Reveal().notice_at(start_at, days * 24 * 60, zone)
    here = ZoneInfo(zone)
    wanted = start_at.astimezone(here).replace(tzinfo=None, fold=0) - timedelta(days=days)
    assert at < start_at
    first, second = (wanted.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        assert at.astimezone(here).replace(tzinfo=None) == wanted
    assert at == first


@given(ZONES, STARTS, st.integers(1, 24 * 60 - 1))
def test_minutes_and_hours_before_are_time_that_passes(zone: str, start_at: datetime, minutes: int) -> None:
    assert start_at - Reveal().notice_at(start_at, minutes, zone) == timedelta(minutes=minutes)


@given(ZONES, STARTS, st.lists(st.integers(1, 30 * 24 * 60), min_size=1, max_size=5))
def test_the_link_is_told_by_the_earliest_notice_and_never_after_the_start(
    zone: str, start_at: datetime, notices: list[int]
) -> None:
    reveal = Reveal(link=LinkShown.IN_NOTICE, notices=tuple(sorted(notices, reverse=True)))
    at = reveal.link_at(start_at, zone)
    assert at is not None
    assert at <= start_at
    assert at == min(reveal.notice_at(start_at, minutes, zone) for minutes in notices)


def test_the_row_is_looked_at_when_its_first_bell_is_due() -> None:
    known = an_hour_before(tokyo(1, 10))
    bells = (Bell(None, due_at=tokyo(2, 7)), Bell(60, due_at=tokyo(2, 9)), Bell(10))
    assert Reminder(known, bells).due_at == tokyo(2, 7)
    assert Reminder(known, (Bell(None), *bells[1:])).next == bells[1]
    assert Reminder(known).due_at is None
