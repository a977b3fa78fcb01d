"""A join link is opened (X9): looking changes nothing (G7), and what is unknown, revoked or somebody else's looks
alike.

A guest's link has a token of its own; staff share one mail, so that theirs is good for whoever still takes part.
"""

from services.booking.model.appointment import Appointment
from services.booking.store.join_links import JoinLinks
from services.booking.store.people import PeopleStore
from services.booking.usecases.drafting import organization_of
from services.booking.views.join import join_view
from services.booking.views.meeting import meeting_to_attend
from shared import clock
from shared.contracts.api.joining import JoinView
from shared.crypto import KeyRing, token_hash
from shared.internal import Caller
from shared.problem import Forbidden, NotFound


class JoinMeeting:
    """Answers where the way leads now."""

    def __init__(self, people: PeopleStore, links: JoinLinks, ring: KeyRing) -> None:
        self._people = people
        self._links = links
        self._ring = ring

    async def guest(self, token: str) -> JoinView:
        """Raises ``NotFound``."""
        appointment = await self._links.find(token_hash(token))
        if appointment is None:
            raise NotFound()
        return await self._view(appointment, for_guest=True)

    async def staff(self, appointment: Appointment, caller: Caller) -> JoinView:
        """Raises ``Forbidden`` for those who do not take part (any more)."""
        if not appointment.takes_part(caller.staff_id):
            raise Forbidden()
        return await self._view(appointment, for_guest=False)

    async def _view(self, appointment: Appointment, *, for_guest: bool) -> JoinView:
        organization = await organization_of(self._people, appointment.organization_id)
        meeting = meeting_to_attend(appointment, self._ring)
        return join_view(appointment, meeting, organization.name, clock.now(), for_guest=for_guest)
