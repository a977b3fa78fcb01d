"""How a proposal ends without a choice: withdrawn (R28) or expired (R29)."""

from services.booking.model.proposal import Proposal
from services.booking.problems import NotOpen
from services.booking.store.bookings import BookingStore
from services.booking.usecases.announce import Announcer
from shared import clock
from shared.contracts.api.proposals import ProposalStatus, SlotStatus
from shared.contracts.booking import ProposalExpired, SlotsWithdrawn
from shared.contracts.envelope import Cause
from shared.contracts.notifier import Audience, Purpose
from shared.internal import Caller
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay


class WithdrawProposal:
    """All holds go; the guest is told only where wanted. A second one changes nothing. Raises ``StaleVersion``."""

    def __init__(self, store: BookingStore, announcer: Announcer, relay: Relay) -> None:
        self._store = store
        self._announcer = announcer
        self._relay = relay

    async def __call__(self, before: Proposal, caller: Caller, *, notify_guest: bool) -> Proposal:
        if before.status is ProposalStatus.WITHDRAWN:
            return before
        if before.status is ProposalStatus.CONFIRMED:
            raise NotOpen()
        notify_guest = notify_guest and bool(before.guest.email)
        mails = [(Purpose.WITHDRAWN, Audience.GUEST)] if notify_guest else []
        after = _ended(before, ProposalStatus.WITHDRAWN).expecting(before, *mails)
        cause = caller.cause()
        waiting = self._announcer.of_proposal(SlotsWithdrawn, after, cause, notify_guest=notify_guest)
        await self._store.save_proposal(before, after, waiting)
        self._relay.publish_soon(self._store.proposals, after.proposal_id, waiting)
        return after


class ExpireProposal:
    """An open proposal whose time is over; staff are told."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def __call__(self, before: Proposal) -> tuple[Proposal, list[Entry]]:
        after = _ended(before, ProposalStatus.EXPIRED).expecting(before, (Purpose.EXPIRED, Audience.STAFF))
        return after, self._announcer.of_proposal(ProposalExpired, after, Cause.outside())


def _ended(before: Proposal, status: ProposalStatus) -> Proposal:
    """Slots of an expired proposal stay as they are: an edit may reopen them."""
    gone = (
        {slot.slot_id: SlotStatus.WITHDRAWN for slot in before.open_slots} if status is ProposalStatus.WITHDRAWN else {}
    )
    return before.with_status_of(gone).model_copy(
        update={
            "status": status,
            "version": before.version + 1,
            "updated_at": clock.now(),
            "unanswered_at": None,
        }
    )
