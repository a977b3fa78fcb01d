"""What a candidate slot must be (R6)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.slot_rules import Fault, Finding, findings, is_aligned
from services.booking.model.spans import Span

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ZONES = ["Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]


def at(hour: float, length: float = 1) -> Span:
    start = datetime(2026, 12, 1, tzinfo=TOKYO) + timedelta(hours=hour)
    return Span(start.astimezone(UTC), (start + timedelta(hours=length)).astimezone(UTC))


@pytest.mark.parametrize(
    ("span", "fault", "member"),
    [
        (at(13.25), Fault.UNALIGNED, "start"),
        (at(13, 0.75), Fault.UNALIGNED, "end"),
        (at(13, 0), Fault.BACKWARDS, "end"),
        (at(13, -1), Fault.BACKWARDS, "end"),
        (at(13, 24.5), Fault.TOO_LONG, "end"),
        (Span(NOW, NOW + timedelta(hours=1)), Fault.PAST, "start"),
    ],
)
def test_each_fault_is_found_where_it_is(span: Span, fault: Fault, member: str) -> None:
    assert Finding(3, member, fault) in findings({3: span}, [], zone=TOKYO, now=NOW)


def test_slots_that_touch_do_not_overlap() -> None:
    assert findings({0: at(13), 1: at(14)}, [at(12)], zone=TOKYO, now=NOW) == []


def test_a_new_slot_must_not_overlap_one_that_stays() -> None:
    assert findings({0: at(13)}, [at(13.5)], zone=TOKYO, now=NOW) == [Finding(0, "start", Fault.OVERLAPPING)]


WALL_CLOCKS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001 - they have no zone yet


@given(st.sampled_from(ZONES), WALL_CLOCKS)
def test_half_hours_are_those_of_the_organizations_own_clocks(zone_name: str, wall: datetime) -> None:
    zone = ZoneInfo(zone_name)
    moment = wall.replace(microsecond=0, tzinfo=zone).astimezone(UTC)
    local = moment.astimezone(zone)
    assert is_aligned(moment, zone) == (local.minute in (0, 30) and local.second == 0)
