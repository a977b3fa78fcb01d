"""Occurrences as staff read them (E6): each with what became of it, and the one that a list by time means."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.gateway.pages.occurrence_rows import Series, series_of, shown_times
from services.gateway.pages.today import each_time, lines_of
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.occurrences import OccurrenceView
from tests.integration.gateway.fakes import an_appointment_view

START = datetime(2026, 12, 1, 4, tzinfo=UTC)
"""A Tuesday, 13:00 in Tokyo."""
_HOUR, _WEEK = timedelta(hours=1), timedelta(days=7)
RULE = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"


def an_occurrence(step: int, *, later: timedelta = timedelta(), status: str = "confirmed") -> OccurrenceView:
    original = START + step * _WEEK
    values: dict[str, Any] = {"appointment_id": "apt_1", "version": 3, "original_start": original, "status": status}
    start = original + later
    times = {"start": start, "end": start + _HOUR, "moved": bool(later), "can_change": status == "confirmed"}
    return OccurrenceView.model_validate({**values, **times})


def an_appointment(**changes: Any) -> AppointmentView:
    values = {"id": "apt_1", "rrule": RULE, "start": START, "end": START + _HOUR, "time_zone": "Asia/Tokyo"}
    return AppointmentView.model_validate(an_appointment_view(**{**values, **changes}))


EVERY = [an_occurrence(0), an_occurrence(1, status="canceled"), an_occurrence(2, later=_HOUR), an_occurrence(3)]


def read(now: datetime, zone: str = "Asia/Tokyo") -> Series:
    return series_of(an_appointment(), EVERY, now, zone, "ja")


def test_e6_each_occurrence_says_what_became_of_it() -> None:
    series = read(START + 2 * _HOUR)
    assert [row.phase for row in (*series.over, *series.ahead)] == ["over", "canceled", "next", "later"]
    assert series.next_when == "2026年12月15日(火) 14:00 ～ 15:00"
    assert [row.was for row in series.ahead] == ["", "元は 2026年12月15日(火) 13:00", ""]
    assert series.ahead[1].url == "/appointments/apt_1/occurrences/20261215T040000Z"
    assert series.ahead[0].url == ""


def test_e6_one_that_is_under_way_is_now_and_the_following_one_next() -> None:
    series = read(START + _HOUR / 2)
    assert [row.phase for row in series.ahead] == ["now", "canceled", "next", "later"]


def test_e6_after_the_last_nothing_is_to_come() -> None:
    series = read(START + 5 * _WEEK)
    assert (series.ahead, series.next_when) == ([], "")


def test_g06_the_rules_zone_is_named_where_it_is_not_the_readers() -> None:
    assert read(START).rule == "毎週火曜日 13:00 ～ 14:00(全4回)"
    assert read(START, "Europe/Berlin").rule == "毎週火曜日 13:00 ～ 14:00(全4回)(日本の時刻)"


def test_e6_a_list_shows_the_occurrence_that_it_means() -> None:
    third = an_occurrence(2, later=_HOUR)
    series, single = an_appointment(occurrence=third), an_appointment(id="apt_2", rrule=None, start=third.start - _HOUR)
    assert shown_times(series) == (third.start, third.end)
    assert shown_times(single)[0] == single.start


def test_e6_today_has_the_occurrence_of_the_day_in_its_place() -> None:
    third = an_occurrence(2, later=_HOUR)
    now = third.start.astimezone(ZoneInfo("Asia/Tokyo")).replace(hour=9)
    early = an_appointment(id="apt_2", rrule=None, start=third.start - 2 * _HOUR, end=third.start - _HOUR)
    lines = lines_of([an_appointment(occurrence=third), early], now, "Asia/Tokyo", "ja")
    assert [(line.appointment.id, line.hours, line.phase) for line in lines] == [
        ("apt_2", "12:00 ～ 13:00", "next"),
        ("apt_1", "14:00 ～ 15:00", "later"),
    ]


def test_e6_a_day_on_which_a_series_takes_place_twice_shows_both_at_their_own_time() -> None:
    night, next_night = (an_occurrence(step, later=10 * _HOUR) for step in (0, 1))
    series = an_appointment(occurrence=night, occurrences=[night, next_night])
    single = an_appointment(id="apt_2", rrule=None, start=night.start + _HOUR, end=night.end + _HOUR)
    lines = lines_of(each_time([series, single]), night.end, "Asia/Tokyo", "ja")
    assert [line.appointment.id for line in lines] == ["apt_1", "apt_2", "apt_1"]
    assert [line.phase for line in lines] == ["over", "now", "next"]
