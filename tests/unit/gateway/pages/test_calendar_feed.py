"""A calendar feed (X8) as two parsers read it, whatever the zone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import vobject
from icalendar import Calendar, Event

from services.gateway.pages.calendar_feed import feed_of
from shared.contracts.api.appointments import AppointmentView
from tests.integration.gateway.fakes import an_appointment_view

BASE = "https://chosei.example/"
START = datetime(2030, 12, 2, 13, tzinfo=ZoneInfo("Asia/Tokyo"))


def a_view(**changes: Any) -> AppointmentView:
    return AppointmentView.model_validate(an_appointment_view(**changes))


def made(*appointments: AppointmentView) -> bytes:
    return feed_of(appointments, name="山田太郎 – Chosei", public_url=BASE, language="ja")


def entries(content: bytes) -> list[Event]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def a_series(**changes: Any) -> AppointmentView:
    def one(weeks: int, **more: Any) -> dict[str, Any]:
        at = START + timedelta(weeks=weeks)
        times = {"original_start": at, "start": at, "end": at + timedelta(hours=1)}
        fixed = {"appointment_id": "apt_s", "version": 5, "status": "confirmed", "moved": False, "can_change": True}
        return {**times, **fixed, **more}

    moved = START + timedelta(weeks=2, hours=3)
    occurrences = [one(0), one(1, status="canceled"), one(2, start=moved, end=moved + timedelta(hours=1), moved=True)]
    return a_view(id="apt_s", rrule="FREQ=WEEKLY;COUNT=3", occurrences=occurrences, **changes)


def test_both_parsers_read_the_same() -> None:
    content = made(a_view(), a_series(), a_view(id="apt_c", status="canceled"))
    read = {str(one["uid"]) for one in entries(content)}
    other = vobject.readOne(content.decode())
    assert (
        {one.uid.value for one in other.vevent_list}
        == read
        == {f"{an_id}@chosei" for an_id in ("apt_1", "apt_s", "apt_c")}
    )
    assert other.vevent_list[0].dtstart.value.astimezone(UTC) == START.astimezone(UTC)
    assert [zone.tzid.value for zone in other.vtimezone_list] == ["Asia/Tokyo"]


def test_times_are_on_the_wall_clock_of_a_zone_that_the_feed_explains() -> None:
    content = made(a_view(time_zone="Europe/Berlin"), a_view(id="apt_2", time_zone="America/New_York"))
    zones = [str(zone["tzid"]) for zone in Calendar.from_ical(content).walk("VTIMEZONE")]
    assert zones == ["America/New_York", "Europe/Berlin"]
    assert {one["dtstart"].params["tzid"] for one in entries(content)} == set(zones)
    assert {one["dtstart"].dt.astimezone(UTC) for one in entries(content)} == {START.astimezone(UTC)}


def test_a_change_keeps_the_uid_and_raises_the_sequence() -> None:
    (before,), (after,) = (entries(made(a_view(version=version))) for version in (2, 3))
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]


def test_what_was_cancelled_says_so_and_leads_into_no_meeting() -> None:
    meeting = {"status": "issued", "join_url": "https://zoom.example/j/1", "meeting_id": "1", "passcode": "2"}
    (off,) = entries(made(a_view(status="canceled", meeting=meeting | {"error": None})))
    assert off["status"] == "CANCELLED"
    assert b"zoom.example" not in off.to_ical()
    (on,) = entries(made(a_view(meeting=meeting | {"error": None})))
    assert (on["status"], on["location"]) == ("CONFIRMED", "https://zoom.example/j/1")


def test_a_series_has_its_rule_and_what_departs_from_it() -> None:
    rule, moved = entries(made(a_series()))
    assert rule["rrule"].to_ical() == b"FREQ=WEEKLY;COUNT=3"
    assert rule["exdate"].dts[0].dt == START + timedelta(weeks=1)
    assert moved["recurrence-id"].dt == START + timedelta(weeks=2)
    assert moved["dtstart"].dt == START + timedelta(weeks=2, hours=3)


def test_whole_days_are_days() -> None:
    start, end = (
        datetime(2030, 12, 2, tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime(2030, 12, 3, tzinfo=ZoneInfo("Asia/Tokyo")),
    )
    (entry,) = entries(made(a_view(start=start, end=end, all_day=True)))
    assert (str(entry["dtstart"].dt), str(entry["dtend"].dt)) == ("2030-12-02", "2030-12-03")


def test_what_is_private_tells_the_time_and_nothing_else() -> None:
    note = {"note": "極秘", "address": "本社", "title": "買収の件"}
    content = made(a_view(visibility="private", **note)).decode()
    (entry,) = entries(content.encode())
    assert (entry["summary"], entry["class"]) == ("予定あり(非公開)", "PRIVATE")
    assert not [word for word in ("買収", "田中", "ABC", "本社", "極秘") if word in content.replace("\r\n ", "")]


def test_the_same_appointments_are_the_same_bytes_in_any_order() -> None:
    one, two = a_view(), a_view(id="apt_2")
    assert made(one, two) == made(two, one)


def test_an_empty_feed_is_a_calendar() -> None:
    content = made()
    assert Calendar.from_ical(content)["x-wr-calname"] == "山田太郎 – Chosei"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M" in content
