"""Zoom's odd answers, in our five errors."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from services.zoom_issuer.providers import MeetingRequest
from services.zoom_issuer.providers.zoom import retry_after, to_body

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
DAILY = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this user."


@pytest.mark.parametrize(
    ("headers", "message", "wait"),
    [
        ({"retry-after": "7"}, "", timedelta(seconds=7)),
        ({"retry-after": "2026-12-02T00:00:00Z"}, "", timedelta(hours=12)),
        ({}, DAILY, timedelta(hours=12, seconds=1)),
        ({}, "maximum per-second rate limit", timedelta(seconds=1)),
    ],
)
def test_how_long_zoom_wants_us_to_wait(headers: dict[str, str], message: str, wait: timedelta) -> None:
    with time_machine.travel(NOON, tick=False):
        assert retry_after(headers, message) == wait


def test_times_go_out_as_local_wall_clock_without_z() -> None:
    request = MeetingRequest("T", "[x]", NOON, 30, "Asia/Tokyo", "123456")
    body = to_body(request)
    assert (body["start_time"], body["timezone"]) == ("2026-12-01T21:00:00", "Asia/Tokyo")
