"""Zones as mails name them, and the time in a reminder's subject."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.notifier.mails.moments import clock_face, zone_label, zone_of, zone_or_none
from shared.wording import span

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
