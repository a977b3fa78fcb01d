"""When a reminder goes out (R27, G21, G6)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from services.reminder_scheduler.model import Known, Office, plan, reminder_at
from shared.contracts.reminder_scheduler import ReasonNotReminded

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
