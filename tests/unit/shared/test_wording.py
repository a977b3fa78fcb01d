"""Days and spans in words (R8)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.wording import clock_span, days, moment, span

TOKYO = ZoneInfo("Asia/Tokyo")


def test_r8_a_span_names_the_day_once() -> None:
    start = datetime(2026, 12, 1, 4, tzinfo=UTC)
    assert span(start, start + timedelta(hours=1), TOKYO, "ja") == "2026年12月1日(火) 13:00 ～ 14:00"
    assert span(start, start + timedelta(hours=1), TOKYO, "en") == "Tue, 1 Dec 2026 13:00 – 14:00"


def test_a_span_over_midnight_names_both_days() -> None:
    start = datetime(2026, 12, 31, 14, 30, tzinfo=UTC)
    assert span(start, start + timedelta(hours=1), TOKYO, "ja") == "2026年12月31日(木) 23:30 ～ 2027年1月1日(金) 00:30"


def test_a_moment_and_a_span_of_the_clock_are_parts_of_the_same_line() -> None:
    start = datetime(2026, 12, 1, 4, tzinfo=UTC)
    assert moment(start, TOKYO, "ja") == "2026年12月1日(火) 13:00"
    assert clock_span(start, start + timedelta(hours=1), TOKYO, "en") == "13:00 – 14:00"


def test_whole_days_are_named_by_the_last_of_them() -> None:
    start = datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert days(start, start + timedelta(days=1), TOKYO, "ja") == "2026年12月1日(火)(終日)"
    two = "Tue, 1 Dec 2026 – Wed, 2 Dec 2026 (all day)"
    assert days(start, start + timedelta(days=2), TOKYO, "en") == two
