"""G14: the invitation in the guest's mails."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.notifier.mails.letters import write
from services.notifier.model.matter import Delivery, Status
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.builders import APPOINTMENT_ID, HOUR, JOIN, START, a_link, a_material, a_matter, an_appointment


def entry_of(purpose: Purpose, **changes: Any) -> tuple[Any, Any]:
    mail = write(a_material(purpose, **changes))
    assert mail.invitation is not None
    calendar = Calendar.from_ical(mail.invitation.content)
    (entry,) = calendar.walk("VEVENT")
    return calendar, entry


def told(revision: int) -> dict[str, Delivery]:
    delivery = Delivery(
        status=Status.SENT, purpose=Purpose.CONFIRMED, revision=revision, audience=Audience.GUEST, sequence=revision
    )
    return {f"confirmed:{revision}:guest": delivery}


def test_g14_a_confirmation_is_a_request_with_our_own_uid_and_the_revision_as_sequence() -> None:
    calendar, entry = entry_of(Purpose.CONFIRMED, join=JOIN, guidance="ご案内\n二行目")
    assert (calendar["METHOD"], entry["STATUS"], entry["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 1)
    assert entry["UID"] == f"{APPOINTMENT_ID}@chosei"
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (START, START + HOUR)
    assert entry["LOCATION"] == JOIN.url
    assert "ご案内\n二行目" in entry["DESCRIPTION"]
    assert entry["ATTENDEE"] == "mailto:hanako@example.com"


def test_g06_the_zone_is_named_and_defined() -> None:
    calendar, entry = entry_of(Purpose.CONFIRMED)
    assert entry["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Tokyo"]


def test_g06_a_zone_with_changing_clocks_keeps_the_instant() -> None:
    new_york = ZoneInfo("America/New_York")
    for start in (START, START - timedelta(days=40)):
        appointment = an_appointment(start_at=start, end_at=start + HOUR, time_zone="America/New_York")
        _, entry = entry_of(Purpose.CONFIRMED, matter=a_matter(appointment=appointment))
        assert entry["DTSTART"].dt == start.astimezone(new_york)


def test_g14_a_move_keeps_the_uid_and_grows_the_sequence() -> None:
    moved = a_matter(appointment=an_appointment(revision=3), revision=3, deliveries=told(1))
    calendar, entry = entry_of(Purpose.RESCHEDULED, matter=moved)
    assert (calendar["METHOD"], entry["UID"], entry["SEQUENCE"]) == ("REQUEST", f"{APPOINTMENT_ID}@chosei", 3)


def test_a_cancellation_is_cancel() -> None:
    ended = a_matter(appointment=an_appointment(revision=2), revision=2, deliveries=told(1))
    calendar, entry = entry_of(Purpose.CANCELED, matter=ended)
    assert (calendar["METHOD"], entry["STATUS"], entry["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)


def test_g14_a_late_link_of_the_same_revision_reaches_the_calendar_with_the_next_sequence() -> None:
    matter = a_matter(meeting=a_link(), deliveries=told(1))
    _, entry = entry_of(Purpose.LINK, matter=matter, join=JOIN)
    assert (entry["SEQUENCE"], entry["LOCATION"]) == (2, JOIN.url)


def test_g14_sequence_grows_past_the_numbers_that_links_used_up() -> None:
    moved = a_matter(appointment=an_appointment(revision=2), revision=2, deliveries=told(4))
    _, entry = entry_of(Purpose.RESCHEDULED, matter=moved)
    assert entry["SEQUENCE"] == 5


@pytest.mark.parametrize("purpose", [Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.CANCELED, Purpose.LINK])
def test_staff_get_no_invitation(purpose: Purpose) -> None:
    assert write(a_material(purpose, Audience.STAFF, join=JOIN)).invitation is None


def test_hostile_names_and_titles_stay_inside_their_property() -> None:
    evil = 'x"\r\nATTENDEE:mailto:evil@example.com\nEND:VEVENT'
    guest = an_appointment().guest.model_copy(update={"name": evil})
    matter = a_matter(appointment=an_appointment(title=evil, guest=guest))
    calendar, entry = entry_of(Purpose.CONFIRMED, matter=matter, guidance=evil)
    assert len(calendar.walk("VEVENT")) == 1
    assert entry["ATTENDEE"] == "mailto:hanako@example.com"


def test_whole_days_are_dates() -> None:
    midnight = START.replace(hour=15, minute=0)
    whole = an_appointment(all_day=True, start_at=midnight, end_at=midnight + timedelta(days=2))
    mail = write(a_material(Purpose.CONFIRMED, matter=a_matter(appointment=whole)))
    assert mail.invitation is not None
    (entry,) = Calendar.from_ical(mail.invitation.content).walk("VEVENT")
    day = (midnight + timedelta(hours=9)).date()
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (day, day + timedelta(days=2))
    assert "(終日)" in mail.text
