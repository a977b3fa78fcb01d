"""Recurrence rules are wall-clock times of their zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deploy.sandbox.calendars.recurrence import BadRule, local_starts, rule_set

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 10, 19, 10)  # noqa: DTZ001 - wall-clock time, as rules take it
HOUR = timedelta(hours=1)


def _starts(*lines: str, begin: str, end: str) -> list[str]:
    window = (datetime.fromisoformat(f"{begin}Z"), datetime.fromisoformat(f"{end}Z"))
    return [f"{start:%m-%d %H}" for start in local_starts(list(lines), FIRST, BERLIN, window, HOUR)]


def test_ten_o_clock_stays_ten_o_clock_over_the_end_of_summer_time() -> None:
    found = _starts("RRULE:FREQ=WEEKLY", begin="2026-10-19T00:00", end="2026-11-03T00:00")

    assert found == ["10-19 10", "10-26 10", "11-02 10"]


def test_a_window_takes_what_overlaps_it_and_no_more() -> None:
    found = _starts("RRULE:FREQ=DAILY", begin="2026-10-19T08:30", end="2026-10-20T08:00")

    assert found == ["10-19 10"]


def test_exceptions_and_limits_are_read_in_the_zone_of_the_series() -> None:
    rule, excluded = "RRULE:FREQ=DAILY;UNTIL=20261022T080000Z", "EXDATE;TZID=Europe/Berlin:20261020T100000"
    found = _starts(rule, excluded, "EXDATE:20261021T080000Z", begin="2026-10-01T00:00", end="2026-12-01T00:00")

    assert found == ["10-19 10", "10-22 10"]


@pytest.mark.parametrize(
    "line",
    [
        *("RRULE:FREQ=NEVER", "RRULE:", "EXDATE:yesterday", "nonsense", "RRULE:UNTIL=x", "EXRULE:FREQ=DAILY"),
        *("RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;BYMONTH=13", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2"),
    ],
)
def test_a_line_that_is_no_rule_is_refused(line: str) -> None:
    with pytest.raises(BadRule):
        rule_set([line], FIRST, BERLIN)
