"""Which entries an appointment wants in whose calendars (R26, V5), given who has which calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.model.subjects import AppointmentState
from shared.contracts.booking import Appointment
from shared.contracts.calendar_sync import Provider

HEARD_WITHIN = timedelta(hours=1)
"""Others may learn that late of the end of a link; until then they count on holds and entries of that person (G9)."""


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


@dataclass(frozen=True)
class Standing:
    """The written entry that shows an appointment to one person: whose it is, where, and as of which revision."""

    owner: str
    provider: Provider
    revision: int


@dataclass(frozen=True)
class Calendar:
    """Where one person's entry belongs. Not ``reachable`` after a disconnection: the row waits for the next link.

    ``shown_by`` is the owner of an entry that shows it to them already and that may go on doing so.
    """

    provider: Provider
    reachable: bool = True
    shown_by: str | None = None


def hold_row_id(slot_id: str, staff_id: str) -> str:
    return f"hold/{slot_id}/{staff_id}"


def calendars_of(
    state: AppointmentState, links: Sequence[Connection], standing: Mapping[str, Standing], *, edited: bool
) -> dict[str, Calendar]:
    """Whose calendars take part; ``links`` come newest first.

    An entry stays with the provider that it was written to until an edit moves it to the newest link (V5), or an edit
    could not be written there any more. Who has no link keeps what stands; who had one until now is owed an entry.
    """
    appointment = state.appointment
    if appointment is None:
        return {}
    organizer = appointment.organizer_id
    has_home = any(one.linked and one.staff_id == organizer for one in links)
    found = {}
    for staff_id in dict.fromkeys([organizer, *(attendee.staff_id for attendee in appointment.attendees)]):
        mine = [one for one in links if one.staff_id == staff_id]
        linked = [one.provider for one in mine if one.linked]
        stands = standing.get(staff_id)
        shown_by = stands.owner if stands and (has_home or not edited) else None
        outdated = stands is not None and stands.provider not in linked and stands.revision < state.revision
        if linked and (stands is None or edited or outdated):
            found[staff_id] = Calendar(linked[0], shown_by=shown_by)
        elif stands is not None:
            found[staff_id] = Calendar(stands.provider, stands.provider in linked, shown_by)
        elif ended := [one for one in mine if _counted_on(one, appointment)]:
            found[staff_id] = Calendar(ended[0].provider, reachable=False)
    return found


def _counted_on(link: Connection, appointment: Appointment) -> bool:
    """Whether the link ended so late that others expect an entry all the same."""
    return link.ended_at is None or link.ended_at > appointment.confirmed_at - HEARD_WITHIN


def wanted_entries(state: AppointmentState, calendars: Mapping[str, Calendar]) -> list[WantedEntry]:
    """The organizer's entry with attendees on the same provider as participants, and one own for each on the other.

    Where the organizer has no calendar that can be reached, each attendee has their own.
    """
    if not state.stands or state.appointment is None:
        return []
    appointment = state.appointment
    organizer = appointment.organizer_id
    home = calendars.get(organizer)

    def joins(calendar: Calendar) -> bool:
        if home is None or calendar.provider is not home.provider:
            return False
        return calendar.shown_by == organizer or (home.reachable and calendar.reachable)

    others = [one.staff_id for one in appointment.attendees if one.staff_id in calendars and one.staff_id != organizer]
    together = tuple(one for one in others if joins(calendars[one]))
    wanted = []
    if home is not None:
        wanted.append(WantedEntry(appointment.appointment_id, organizer, home.provider, together))
    apart = [one for one in others if one not in together]
    return wanted + [WantedEntry(appointment.appointment_id, one, calendars[one].provider) for one in apart]
