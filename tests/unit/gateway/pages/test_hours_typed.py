"""Hours and dates as people type them."""

from datetime import date

import pytest

from services.gateway.pages.hours_typed import (
    Unreadable,
    dates_of,
    exceptions_of,
    exceptions_text,
    spans_of,
    spans_text,
)
from shared.contracts.api.pages import OpenSpan

MORNING = {"start": "09:00", "end": "12:00"}
AFTERNOON = {"start": "13:00", "end": "17:30"}


@pytest.mark.parametrize(
    "typed", ["9-12, 13-17:30", "9:00～12:00、13:00～17:30", "09:00 – 12:00\n13:00 – 17:30", "9〜12;13から17:30"]
)
def test_hours_are_read_as_people_write_them(typed: str) -> None:
    assert spans_of(typed) == [MORNING, AFTERNOON]


@pytest.mark.parametrize("typed", ["", "  ", ","])
def test_nothing_typed_is_a_closed_day(typed: str) -> None:
    assert spans_of(typed) == []


@pytest.mark.parametrize("typed", ["9", "12-9", "9:03-10", "9-25", "24:00-24:00", "soon", "9-12 13-17"])
def test_what_is_no_span_on_five_minutes_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        spans_of(typed)


def test_a_day_may_end_at_24() -> None:
    assert spans_of("22-24") == [{"start": "22:00", "end": "24:00"}]


def test_hours_come_back_as_they_were() -> None:
    spans = [OpenSpan(start="09:00", end="12:00"), OpenSpan(start="13:00", end="17:30")]
    assert spans_of(spans_text(spans)) == [MORNING, AFTERNOON]


def test_a_date_alone_is_a_day_off() -> None:
    typed = "2026-12-24 9-12\n2026/12/25 休み\n\n2026-12-28"
    assert exceptions_of(typed) == {"2026-12-24": [MORNING], "2026-12-25": [], "2026-12-28": []}
    known = {date(2026, 12, 24): [OpenSpan(**MORNING)], date(2026, 12, 28): []}
    assert exceptions_text(known) == "2026-12-24 09:00-12:00\n2026-12-28"


@pytest.mark.parametrize(("typed", "line"), [("tomorrow", 1), ("2026-12-24\n2026-02-30", 2), ("2026-12-24 late", 1)])
def test_the_line_that_cannot_be_read_is_named(typed: str, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        exceptions_of(typed)
    assert caught.value.line == line


def test_dates_off_are_a_list_of_dates() -> None:
    assert dates_of("2026-12-29\n2026/12/30, 2026-12-31\n2026-12-29") == ["2026-12-29", "2026-12-30", "2026-12-31"]
    with pytest.raises(Unreadable):
        dates_of("2026-13-01")
