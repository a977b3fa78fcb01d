"""Times as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifier.mails.moments import clock_face, span, zone_label, zone_of, zone_or_none

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (0, 0, "[AM]12:00"),
        (7, 30, "[AM]07:30"),
        (10, 30, "[AM]10:30"),
        (11, 59, "[AM]11:59"),
        (12, 0, "[PM]12:00"),
        (12, 30, "[PM]12:30"),
        (13, 0, "[PM]01:00"),
        (23, 30, "[PM]11:30"),
    ],
)
def test_r27_the_time_has_twelve_hours_in_two_digits(hour: int, minute: int, expected: str) -> None:
    local = datetime(2026, 12, 1, hour, minute, tzinfo=TOKYO)
    assert clock_face(local.astimezone(UTC), TOKYO) == expected


def test_r8_a_span_names_the_day_once() -> None:
    start = datetime(2026, 12, 1, 4, tzinfo=UTC)
    assert span(start, start + timedelta(hours=1), TOKYO, "ja") == "2026年12月1日(火) 13:00 ～ 14:00"
    assert span(start, start + timedelta(hours=1), TOKYO, "en") == "Tue, 1 Dec 2026 13:00 – 14:00"


def test_a_span_over_midnight_names_both_days() -> None:
    start = datetime(2026, 12, 31, 14, 30, tzinfo=UTC)
    assert span(start, start + timedelta(hours=1), TOKYO, "ja") == "2026年12月31日(木) 23:30 ～ 2027年1月1日(金) 00:30"


def test_g06_an_instant_is_right_on_both_sides_of_a_change_of_clocks() -> None:
    new_york = ZoneInfo("America/New_York")
    before, after = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert [zone_label(new_york, at) for at in (before, after)] == [
        "America/New_York, UTC-04:00",
        "America/New_York, UTC-05:00",
    ]
    assert span(before, after, new_york, "en") == "Sun, 1 Nov 2026 01:30 – 01:30"


def test_an_unknown_zone_is_no_zone() -> None:
    assert zone_or_none("Mars/Olympus") is None
    assert zone_or_none("../../etc/passwd") is None
    assert zone_of("").key == "UTC"
