"""Staff are asked for more slots where fewer than the organization's minimum remain (X10): once, until they add
some.
"""

from services.booking.model.proposal import Proposal
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from shared import clock
from shared.contracts.booking import SlotsRunningLow
from shared.contracts.envelope import Cause
from shared.contracts.notifier import Audience, Purpose
from shared.messaging.outbox import Entry

_FEWEST = 1
"""Where the organization has not been heard of."""


class FewSlots:
    """Looks at what a change left over."""

    def __init__(self, people: PeopleStore, announcer: Announcer) -> None:
        self._people = people
        self._announcer = announcer

    async def __call__(self, before: Proposal, after: Proposal, cause: Cause) -> tuple[Proposal, list[Entry]]:
        """``after`` with the effects that are expected of it, and the event where few remain and nobody was told."""
        now = clock.now()
        remaining = len(after.remaining(now))
        minimum = await self._minimum(after.organization_id)
        if after.low_told_at is not None or remaining >= minimum:
            return after.expecting(before), []
        after = after.model_copy(update={"low_told_at": now})
        after = after.expecting(before, (Purpose.SLOTS_RUNNING_LOW, Audience.STAFF))
        return after, self._announcer.of_proposal(SlotsRunningLow, after, cause, remaining=remaining, minimum=minimum)

    async def _minimum(self, organization_id: str) -> int:
        organization = await self._people.organization(organization_id)
        return organization.minimum_slots if organization else _FEWEST
