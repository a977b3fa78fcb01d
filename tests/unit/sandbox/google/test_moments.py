"""Google's times: what is taken, what is refused, how they come back."""

from datetime import UTC, datetime

import pytest

from deploy.sandbox.google.errors import GoogleError
from deploy.sandbox.google.moments import Moment, check_order, parse_moment, rfc3339

TOKYO = "Asia/Tokyo"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"dateTime": "2026-12-01T04:00:00Z"}, "2026-12-01T13:00:00+09:00"),
        ({"dateTime": "2026-12-01T13:00:00", "timeZone": TOKYO}, "2026-12-01T13:00:00+09:00"),
        ({"dateTime": "2026-12-01T13:00:00+01:00", "timeZone": "Europe/Berlin"}, "2026-12-01T21:00:00+09:00"),
        ({"dateTime": "2026-12-01T13:00:00.123+09:00"}, "2026-12-01T13:00:00+09:00"),
    ],
)
def test_times_come_back_with_the_calendar_s_offset(value: dict[str, str], expected: str) -> None:
    moment = parse_moment(value, "start", TOKYO, recurring=False)

    assert moment.shown(TOKYO) == {"dateTime": expected, "timeZone": value.get("timeZone", TOKYO)}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "2026-12-01",
        {"date": "2026-12-01", "dateTime": "2026-12-01T13:00:00Z"},
        {"dateTime": "2026-12-01T13:00:00"},
        {"dateTime": "2026-12-01", "timeZone": TOKYO},
        {"dateTime": "0001-01-01T00:00:00Z"},
        {"date": "2026-13-01"},
        {"dateTime": "2026-12-01T13:00:00Z", "timeZone": "Japan Standard"},
    ],
)
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(GoogleError) as caught:
        parse_moment(value, "start", TOKYO, recurring=False)

    assert caught.value.status == 400


def test_a_day_begins_at_the_calendar_s_midnight() -> None:
    moment = parse_moment({"date": "2026-12-01"}, "start", TOKYO, recurring=False)

    assert moment.instant(TOKYO) == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert moment.shown(TOKYO) == {"date": "2026-12-01"}


def test_an_end_before_its_start_is_refused() -> None:
    late, early = (Moment(None, datetime(2026, 12, 1, hour, tzinfo=UTC), TOKYO) for hour in (5, 4))
    with pytest.raises(GoogleError) as caught:
        check_order(late, early, TOKYO)

    assert caught.value.body["error"]["errors"][0]["reason"] == "timeRangeEmpty"


def test_utc_is_written_with_z() -> None:
    assert rfc3339(datetime(2026, 12, 1, 4, tzinfo=UTC), "UTC") == "2026-12-01T04:00:00Z"
