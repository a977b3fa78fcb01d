"""Graph's times and zones: wall clocks with names, seven decimals."""

from datetime import UTC, datetime

import pytest

from deploy.sandbox.microsoft.errors import GraphError
from deploy.sandbox.microsoft.times import make_span, parse_instant, parse_wall
from deploy.sandbox.microsoft.zones import windows_name, zone_named


def _wall(text: str, zone: str = "Tokyo Standard Time") -> tuple[datetime, str]:
    return parse_wall({"dateTime": text, "timeZone": zone}, "start")


def test_a_span_is_shown_in_the_zone_asked_for() -> None:
    span = make_span(_wall("2026-12-01T13:00:00"), _wall("2026-12-01T14:00:00.1234567"), all_day=False)

    assert span.shown("UTC")[0] == {"dateTime": "2026-12-01T04:00:00.0000000", "timeZone": "UTC"}
    assert span.shown("Asia/Tokyo")[1] == {"dateTime": "2026-12-01T14:00:00.1234560", "timeZone": "Asia/Tokyo"}


def test_an_all_day_event_is_the_same_day_in_every_zone() -> None:
    span = make_span(_wall("2026-12-01T00:00:00"), _wall("2026-12-02T00:00:00"), all_day=True)

    assert span.shown("UTC")[0]["dateTime"] == "2026-12-01T00:00:00.0000000"
    assert span.instants()[0] == datetime(2026, 11, 30, 15, tzinfo=UTC)


def test_an_all_day_event_needs_midnights() -> None:
    with pytest.raises(GraphError):
        make_span(_wall("2026-12-01T13:00:00"), _wall("2026-12-02T00:00:00"), all_day=True)


def test_an_offset_beside_a_zone_is_not_looked_at() -> None:
    assert _wall("2026-12-01T13:00:00Z") == _wall("2026-12-01T13:00:00")


@pytest.mark.parametrize(
    ("text", "zone", "code"),
    [
        ("2026-12-01T13:00:00", "GMT+6:30", "TimeZoneNotSupportedException"),
        ("2026-12-01T13:00:00", "../etc/passwd", "TimeZoneNotSupportedException"),
        ("tomorrow", "UTC", "RequestBodyRead"),
        ("2026-02-30T13:00:00", "UTC", "RequestBodyRead"),
        ("0001-01-01T00:00:00", "Asia/Tokyo", "ErrorPropertyValidationFailure"),
    ],
)
def test_what_is_no_time_is_refused(text: str, zone: str, code: str) -> None:
    with pytest.raises(GraphError) as caught:
        _wall(text, zone)

    assert (caught.value.status, caught.value.code) == (400, code)


def test_windows_and_iana_names_mean_the_same_zones() -> None:
    assert zone_named("tokyo standard time") == zone_named("Asia/Tokyo")
    assert windows_name("Asia/Tokyo") == "Tokyo Standard Time"


def test_a_query_s_time_without_an_offset_is_utc() -> None:
    assert parse_instant("2026-12-01T00:00:00.0000000", "t") == datetime(2026, 12, 1, tzinfo=UTC)
    assert parse_instant("2026-12-01T09:00:00+09:00", "t") == datetime(2026, 12, 1, tzinfo=UTC)
