"""Staff put in a link by hand where none could be issued, or take it away again (C4). What was issued is retired by
whoever issued it, since the appointment wants none any more.
"""

from services.booking.model.appointment import Appointment
from services.booking.problems import NotOpen, NoWebMeeting
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.change_appointment import person_of
from services.booking.usecases.save_appointment import SaveAppointment
from services.booking.views.meeting import by_hand_place, link_by_hand
from shared import clock
from shared.contracts.api.links import LinkByHand
from shared.contracts.booking import AppointmentChanged, LinkChange
from shared.contracts.sealed import MeetingSecrets
from shared.crypto import KeyRing
from shared.internal import Caller


class ChangeLinkByHand:
    """What changes nothing makes no revision. Raises ``StaleVersion``."""

    def __init__(self, people: PeopleStore, announcer: Announcer, save: SaveAppointment, ring: KeyRing) -> None:
        self._people = people
        self._announcer = announcer
        self._save = save
        self._ring = ring

    async def enter(self, before: Appointment, link: LinkByHand, caller: Caller) -> Appointment:
        _check(before)
        secrets = MeetingSecrets(**link.model_dump())
        if link_by_hand(before, self._ring) == secrets:
            return before
        place = by_hand_place(before.appointment_id)
        sealed = self._ring.encrypt(secrets.model_dump_json().encode(), place=place)
        return await self._change(before, sealed, LinkChange.ENTERED, caller)

    async def remove(self, before: Appointment, caller: Caller) -> Appointment:
        """Back to issuing."""
        _check(before)
        if before.link_by_hand is None:
            return before
        return await self._change(before, None, LinkChange.REMOVED, caller)

    async def _change(self, before: Appointment, sealed: str | None, change: LinkChange, caller: Caller) -> Appointment:
        changes = {
            "link_by_hand": sealed,
            "link_by_hand_generation": before.link_generation if sealed else None,
            "version": before.version + 1,
            "updated_at": clock.now(),
            "changed_by": await person_of(self._people, caller),
        }
        after = before.model_copy(update=changes).expecting_change(before)
        cause = caller.cause()
        waiting = self._announcer.of_appointment(AppointmentChanged, after, cause, link_by_hand=change)
        return await self._save(before, after, waiting)


def _check(before: Appointment) -> None:
    if not before.is_live:
        raise NotOpen()
    if not before.wants_meeting:
        raise NoWebMeeting()
