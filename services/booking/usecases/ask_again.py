"""A guest asks for other slots (R24); staff are told at most once a day."""

from datetime import timedelta

from services.booking.model.proposal import Proposal
from services.booking.problems import AlreadyConfirmed, Withdrawn
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.usecases.announce import Announcer
from services.booking.usecases.confirm import Visit, without_proposal
from shared import clock
from shared.contracts import actors
from shared.contracts.api.proposals import AskAgain, ProposalStatus
from shared.contracts.booking import NewSlotsRequested
from shared.contracts.envelope import Cause
from shared.contracts.notifier import Audience, Purpose
from shared.crypto import token_hash
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay
from shared.problem import Unavailable
from shared.single_flight import Turns

TOLD_EVERY = timedelta(days=1)
_ATTEMPTS = 10


class AskForNewSlots:
    """Open and expired proposals only; what was typed is kept even when staff have been told already."""

    def __init__(self, store: BookingStore, announcer: Announcer, relay: Relay, turns: Turns) -> None:
        self._store = store
        self._announcer = announcer
        self._relay = relay
        self._turns = turns

    async def find(self, token: str) -> Proposal:
        """Raises what is wrong with the link, before what was typed is read."""
        hashed = token_hash(token)
        proposal = await self._store.proposal_by_token(hashed)
        if proposal is None:
            raise await without_proposal(self._store, hashed)
        if proposal.status is ProposalStatus.CONFIRMED:
            raise AlreadyConfirmed()
        if proposal.status is ProposalStatus.WITHDRAWN:
            raise Withdrawn()
        return proposal

    async def __call__(self, asked: AskAgain, visit: Visit) -> None:
        """In turn with the edits of staff, so that neither overwrites or keeps from the other."""
        async with self._turns.of((await self.find(visit.token)).proposal_id):
            for _ in range(_ATTEMPTS):
                before = await self.find(visit.token)
                after, waiting = self._asked(before, asked, visit)
                try:
                    await self._store.save_proposal(before, after, waiting)
                except StaleVersion:
                    continue
                self._relay.publish_soon(self._store.proposals, after.proposal_id, waiting)
                return
        raise Unavailable()

    def _asked(self, before: Proposal, asked: AskAgain, visit: Visit) -> tuple[Proposal, list[Entry]]:
        now = clock.now()
        told = before.asked_again_at
        changes = {"guest_message": asked.message, "updated_at": now, "version": before.version + 1}
        after = before.model_copy(update=changes)
        if told is not None and now - told < TOLD_EVERY:
            return after, []
        after = after.model_copy(update={"asked_again_at": now})
        after = after.expecting(before, (Purpose.NEW_SLOTS_REQUESTED, Audience.STAFF))
        cause = Cause.outside(visit.request_id or None, actor=actors.GUEST)
        return after, self._announcer.of_proposal(NewSlotsRequested, after, cause)
