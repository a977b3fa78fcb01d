"""A recurring appointment on the guest's page and in the file for their calendar (E6, X12)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from services.gateway.pages import guest_view
from services.gateway.pages.add_to_calendar import file_of
from services.gateway.pages.guest_series import GuestOccurrence, guest_series
from shared.contracts.api.appointments import GuestAppointmentView
from tests.unit.gateway.pages.builders import a_proposal, a_reading, an_appointment

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2027, 3, 15, 9, 0, tzinfo=BERLIN)
"""A Monday; clocks change on 28 March."""
_HOUR, _WEEK = timedelta(hours=1), timedelta(days=7)


def an_occurrence(step: int, *, later: timedelta = timedelta(), status: str = "confirmed") -> dict[str, Any]:
    original = START + step * _WEEK
    start = original + later
    values = {"original_start": original, "start": start, "end": start + _HOUR, "status": status}
    return {**values, "moved": bool(later)}


def a_series(**changes: Any) -> GuestAppointmentView:
    every = [an_occurrence(0), an_occurrence(1, later=_HOUR), an_occurrence(2, status="canceled"), an_occurrence(3)]
    values = {"rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=4", "occurrences": every, "time_zone": "Europe/Berlin"}
    times = {"start": START, "end": START + _HOUR}
    return GuestAppointmentView.model_validate({**an_appointment().model_dump(), **values, **times, **changes})


def test_e6_the_guest_reads_the_rule_and_what_is_to_come() -> None:
    series = guest_series(a_series(), "Europe/Berlin", START + _WEEK, "en")
    assert series is not None
    assert series.rule == "Every week on Monday 09:00 – 10:00 (4 times)"
    assert series.ahead == [
        GuestOccurrence("Mon, 22 Mar 2027 10:00 – 11:00", "was Mon, 22 Mar 2027 09:00", canceled=False),
        GuestOccurrence("Mon, 29 Mar 2027 09:00 – 10:00", "", canceled=True),
        GuestOccurrence("Mon, 5 Apr 2027 09:00 – 10:00", "", canceled=False),
    ]


def test_g06_occurrences_are_in_the_guests_zone_and_the_rule_names_its_own() -> None:
    series = guest_series(a_series(), "Asia/Tokyo", START, "en")
    assert series is not None
    assert series.rule.endswith(", time in Berlin")
    assert [one.when for one in series.ahead[::3]] == [
        "Mon, 15 Mar 2027 17:00 – 18:00",
        "Mon, 5 Apr 2027 16:00 – 17:00",
    ]


def test_e6_the_page_leads_with_the_next_one() -> None:
    reading = guest_view.Reading("en", "Europe/Berlin", START + 2 * _HOUR)
    shown = guest_view.confirmed(a_proposal(), a_series(), reading)
    assert (shown["day"], shown["hours"]) == ("Mon, 22 Mar 2027", "10:00 – 11:00")


def test_what_does_not_recur_has_no_series() -> None:
    assert guest_view.confirmed(a_proposal(), an_appointment(), a_reading())["series"] is None


def test_g06_the_file_has_rule_and_exceptions_on_the_wall_clock_of_the_zone() -> None:
    calendar = Calendar.from_ical(file_of(a_series(), datetime(2027, 3, 1, tzinfo=UTC)))
    whole, moved = calendar.walk("VEVENT")
    assert whole["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert whole["RRULE"].to_ical() == b"FREQ=WEEKLY;COUNT=4;BYDAY=MO"
    assert [each.dt for each in whole["EXDATE"].dts] == [START + 2 * _WEEK]
    assert (moved["RECURRENCE-ID"].dt, moved["DTSTART"].dt) == (START + _WEEK, START + _WEEK + _HOUR)
    assert moved["UID"] == whole["UID"]
    assert "RRULE" not in moved


def test_e6_whole_days_recur_by_date() -> None:
    midnight = START.replace(hour=0)
    every = [{**an_occurrence(0), "original_start": midnight, "start": midnight, "end": midnight + timedelta(days=1)}]
    changes = {"start": midnight, "end": midnight + timedelta(days=1), "all_day": True, "occurrences": every}
    (entry,) = Calendar.from_ical(file_of(a_series(**changes), datetime(2027, 3, 1, tzinfo=UTC))).walk("VEVENT")
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2027, 3, 15), date(2027, 3, 16))
