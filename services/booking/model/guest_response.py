"""What the guest says to the entry in which they take part (H9), and the UID under which they are invited (G14)."""

from services.booking.model.appointment import Appointment
from services.booking.model.told import GUEST_ENTRY_KEY, GUEST_RESPONSE_KEY
from shared.contracts.api.appointments import GuestResponseStatus


def invitation_uid(appointment: Appointment) -> str:
    """The entry's where the guest takes part in it, else ours."""
    known = appointment.reports.get(GUEST_ENTRY_KEY)
    return known.reason if known and known.reason else f"{appointment.appointment_id}@chosei"


def guest_response(appointment: Appointment) -> GuestResponseStatus | None:
    """None where the guest takes part in no entry. An answer to an earlier time, or somebody else's, is none."""
    entry, said = appointment.reports.get(GUEST_ENTRY_KEY), appointment.reports.get(GUEST_RESPONSE_KEY)
    if entry is None or entry.reason is None:
        return None
    if said is None or said.revision < appointment.asked_since or not said.reason:
        return GuestResponseStatus.NEEDS_ACTION
    return GuestResponseStatus(said.reason)
