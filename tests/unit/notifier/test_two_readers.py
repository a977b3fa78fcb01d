"""G14: two independent readers of iCalendar find the same in every invitation, from the first to the last."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from services.notifier.mails.letters import write
from services.notifier.model.matter import Matter
from shared.contracts.notifier import Purpose
from tests.unit.notifier.builders import APPOINTMENT_ID, GUEST, HOUR, JOIN, START, a_material, a_matter, an_appointment
from tests.unit.notifier.test_invited import UID, a_booking, an_entry, told


@dataclass(frozen=True)
class Read:
    """What makes a calendar take it for the same entry, and where it puts it."""

    method: str
    uid: str
    sequence: int
    status: str
    start_at: datetime
    end_at: datetime
    summary: str
    description: str
    organizer: str
    attendee: str
    answer: str
    asked: str


def by_icalendar(content: bytes) -> Read:
    calendar: Any = Calendar.from_ical(content)
    (entry,) = calendar.walk("VEVENT")
    attendee = entry["ATTENDEE"]
    return Read(
        str(calendar["METHOD"]),
        str(entry["UID"]),
        int(entry["SEQUENCE"]),
        str(entry["STATUS"]),
        entry["DTSTART"].dt.astimezone(UTC),
        entry["DTEND"].dt.astimezone(UTC),
        str(entry["SUMMARY"]),
        str(entry["DESCRIPTION"]),
        str(entry["ORGANIZER"]),
        str(attendee),
        str(attendee.params["PARTSTAT"]),
        str(attendee.params["RSVP"]),
    )


def by_vobject(content: bytes) -> Read:
    calendar: Any = vobject.readOne(content.decode())
    entry = calendar.vevent
    return Read(
        calendar.method.value,
        entry.uid.value,
        int(entry.sequence.value),
        entry.status.value,
        entry.dtstart.value.astimezone(UTC),
        entry.dtend.value.astimezone(UTC),
        entry.summary.value,
        entry.description.value,
        entry.organizer.value,
        entry.attendee.value,
        entry.attendee.partstat_param,
        entry.attendee.rsvp_param,
    )


def invitation(purpose: Purpose, matter: Matter) -> bytes:
    mail = write(a_material(purpose, matter=matter, join=JOIN, guidance="ご案内、\n二行目; と\\逆斜線" + "長い" * 60))
    assert mail.invitation is not None
    return mail.invitation.content


def moved(revision: int) -> dict[str, Any]:
    start = START + 3 * HOUR
    return {"appointment": an_appointment(revision=revision, start_at=start, end_at=start + HOUR), "revision": revision}


LIFE: list[tuple[Purpose, Callable[[], Matter], tuple[str, str, int]]] = [
    (Purpose.CONFIRMED, a_matter, ("REQUEST", f"{APPOINTMENT_ID}@chosei", 1)),
    (
        Purpose.RESCHEDULED,
        lambda: a_matter(**moved(2), deliveries=told(1, uid="")),
        ("REQUEST", f"{APPOINTMENT_ID}@chosei", 2),
    ),
    (
        Purpose.CANCELED,
        lambda: a_matter(**moved(3), deliveries=told(2, uid="")),
        ("CANCEL", f"{APPOINTMENT_ID}@chosei", 3),
    ),
    (Purpose.CONFIRMED, lambda: a_booking(entries=an_entry()), ("REQUEST", UID, 1)),
    (Purpose.RESCHEDULED, lambda: a_booking(2, entries=an_entry(), deliveries=told(1)), ("REQUEST", UID, 2)),
    (Purpose.CANCELED, lambda: a_booking(3, entries=an_entry(), deliveries=told(2)), ("CANCEL", UID, 3)),
]


@pytest.mark.parametrize(("purpose", "matter", "same"), LIFE)
def test_g14_two_readers_take_request_sequence_and_cancel_for_the_same_entry(
    purpose: Purpose, matter: Callable[[], Matter], same: tuple[str, str, int]
) -> None:
    state = matter()
    content = invitation(purpose, state)
    read = by_icalendar(content)
    assert read == by_vobject(content)
    assert (read.method, read.uid, read.sequence) == same
    assert state.appointment is not None
    assert (read.start_at, read.attendee) == (state.appointment.start_at, f"mailto:{GUEST.email}")
