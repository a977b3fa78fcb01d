"""What is due of a proposal without anybody asking: it expires (R29), lies unanswered (X12), or a slot has passed and
few remain (X10).
"""

from datetime import datetime

from services.booking.model.proposal import Proposal
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.usecases.announce import Announcer
from services.booking.usecases.end_proposal import ExpireProposal
from services.booking.usecases.few_slots import FewSlots
from shared import clock
from shared.contracts.booking import ProposalUnanswered
from shared.contracts.envelope import Cause
from shared.contracts.notifier import Audience, Purpose
from shared.due import Lease
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay


class AttendProposals:
    """Works on one due row; a choice or an edit that came first wins."""

    def __init__(
        self,
        store: BookingStore,
        announcer: Announcer,
        expire: ExpireProposal,
        few_slots: FewSlots,
        relay: Relay,
    ) -> None:
        self._store = store
        self._announcer = announcer
        self._expire = expire
        self._few_slots = few_slots
        self._relay = relay

    async def __call__(self, lease: Lease) -> None:
        before, now = self._store.documents.proposal_from(lease.row), clock.now()
        next_at = before.next_look_at(now)
        if next_at is None:
            return
        changed = self._expire(before) if before.expires_at <= now else await self._changed(before, now)
        if changed is None:
            await self._store.look_later(lease.held, before.version, next_at)
            return
        after, waiting = changed
        try:
            await self._store.save_proposal(before, after, waiting, only=lease.held)
        except StaleVersion:
            return
        self._relay.publish_soon(self._store.proposals, after.proposal_id, waiting)

    async def _changed(self, before: Proposal, now: datetime) -> tuple[Proposal, list[Entry]] | None:
        """Few slots say more than silence: whoever is told of those need not be told of this."""
        is_due = before.unanswered_at is not None and before.unanswered_at <= now
        changes: dict[str, object] = {"version": before.version + 1, "updated_at": now}
        if is_due:
            changes["unanswered_at"] = None
        looked = before.model_copy(update=changes)
        after, waiting = await self._few_slots(before, looked, Cause.outside())
        if waiting or not is_due:
            return (after, waiting) if waiting else None
        if before.asked_again_at is not None or not before.remaining(now):
            return after, []  # the guest did answer, or cannot
        after = looked.expecting(before, (Purpose.UNANSWERED, Audience.STAFF))
        opened = before.opened_at is not None
        return after, self._announcer.of_proposal(ProposalUnanswered, after, Cause.outside(), opened=opened)
