"""Which entries an appointment wants in whose calendars (R26, V5), given who has which calendar."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.calendar_sync.model.subjects import AppointmentState
from shared.contracts.calendar_sync import Provider


@dataclass(frozen=True)
class WantedEntry:
    """An entry in the owner's calendar at one provider; participants are staff on the same provider."""

    appointment_id: str
    staff_id: str
    provider: Provider
    participants: tuple[str, ...] = ()

    @property
    def row_id(self) -> str:
        return f"entry/{self.appointment_id}/{self.staff_id}/{self.provider}"


def hold_row_id(slot_id: str, staff_id: str) -> str:
    return f"hold/{slot_id}/{staff_id}"


def wanted_entries(state: AppointmentState, calendars: Mapping[str, Provider]) -> list[WantedEntry]:
    """The organizer's entry with attendees on the same provider as participants, and one own for each on the other.

    ``calendars`` names each linked attendee's provider. Where the organizer has none, each attendee has their own.
    """
    if not state.stands or state.appointment is None:
        return []
    appointment = state.appointment
    attending = [attendee.staff_id for attendee in appointment.attendees if attendee.staff_id in calendars]
    organizer = appointment.organizer_id
    home = calendars.get(organizer)
    wanted = []
    if home is not None:
        together = tuple(one for one in attending if one != organizer and calendars[one] is home)
        wanted.append(WantedEntry(appointment.appointment_id, organizer, home, together))
    apart = [one for one in attending if one != organizer and calendars[one] is not home]
    return wanted + [WantedEntry(appointment.appointment_id, one, calendars[one]) for one in apart]
