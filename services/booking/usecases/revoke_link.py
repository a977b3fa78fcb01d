"""The guest's way into the meeting is taken from them and another one is told (X9, C9)."""

from services.booking.model.another_guest import leaves_link_known
from services.booking.model.appointment import Appointment
from services.booking.problems import NotOpen
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.change_appointment import person_of
from services.booking.usecases.links import Links
from services.booking.usecases.save_appointment import SaveAppointment
from shared import clock
from shared.contracts.booking import AppointmentChanged
from shared.internal import Caller


class RevokeJoinLink:
    """Each call makes another link. Raises ``NotOpen``, ``StaleVersion``."""

    def __init__(self, people: PeopleStore, links: Links, announcer: Announcer, save: SaveAppointment) -> None:
        self._people = people
        self._links = links
        self._announcer = announcer
        self._save = save

    async def __call__(self, before: Appointment, caller: Caller) -> Appointment:
        if not before.is_live:
            raise NotOpen()
        now = clock.now()
        after = before.model_copy(
            update={
                "join_token": self._links.next_join_source(before),
                "link_generation": before.link_generation + before.guest_knows_link(now),
                "link_told": False,
                "learns_from": now,
                "version": before.version + 1,
                "updated_at": now,
                "changed_by": await person_of(self._people, caller),
            }
        )
        after = after.expecting_change(before)
        cause = caller.cause()
        known = leaves_link_known(before, after)
        waiting = self._announcer.of_appointment(AppointmentChanged, after, cause, link_stays_known=known)
        return await self._save(before, after, waiting)
