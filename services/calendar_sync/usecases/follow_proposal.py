"""Holds follow the open slots of a proposal, whatever order its events come in (R21, R26, R28, R29)."""

from collections.abc import Callable

from services.calendar_sync.model.ledger import RowKind, WantedRow
from services.calendar_sync.model.plan import hold_row_id
from services.calendar_sync.model.subjects import ProposalState
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.subjects import Proposals
from shared import clock
from shared.contracts.booking import Proposal
from shared.contracts.envelope import Cause
from shared.mongo import Client, Session, in_transaction

Fold = Callable[[ProposalState], ProposalState]


class FollowProposal:
    """Folds an event into the proposal's document and writes what is wanted of the ledger, in one transaction."""

    def __init__(self, client: Client, proposals: Proposals, ledger: Ledger, wake: Callable[[str], None]) -> None:
        self._client = client
        self._proposals = proposals
        self._ledger = ledger
        self._wake = wake

    async def heard(
        self,
        proposal: Proposal,
        organization_id: str,
        revision: int,
        *,
        is_open: bool,
        cause: Cause,
        traceparent: str | None,
    ) -> None:
        """A proposal as it stands at ``revision``; a closed one wants no holds."""
        await self._fold(
            proposal.proposal_id,
            organization_id,
            lambda state: state.heard(proposal, revision, is_open=is_open),
            cause,
            traceparent,
        )

    async def confirmed(self, proposal_id: str, organization_id: str, *, cause: Cause, traceparent: str | None) -> None:
        """One slot was confirmed: all holds go at once, and none comes back."""
        await self._fold(proposal_id, organization_id, ProposalState.confirmed, cause, traceparent)

    async def _fold(
        self, proposal_id: str, organization_id: str, fold: Fold, cause: Cause, traceparent: str | None
    ) -> None:
        async def work(session: Session) -> list[str]:
            before = await self._proposals.find(proposal_id, organization_id, session)
            after = fold(before)
            if after == before:
                return []
            await self._proposals.keep(after, session)
            return await self._ledger.want(
                session,
                organization_id,
                proposal_id,
                wanted_holds(after),
                revision=after.told_as,
                cause=cause,
                traceparent=traceparent,
                first_write_at=clock.now(),
            )

        for row_id in await in_transaction(self._client, work):
            self._wake(row_id)


def wanted_holds(state: ProposalState) -> list[WantedRow]:
    """One row per open slot and attendee; the organizer's books the room."""
    slots = {slot.slot_id: slot for slot in state.proposal.slots} if state.proposal else {}
    organizer = state.proposal.organizer_id if state.proposal else ""
    return [
        WantedRow(
            row_id=hold_row_id(slot_id, staff_id),
            kind=RowKind.HOLD,
            about=state.proposal_id,
            staff_id=staff_id,
            slot_id=slot_id,
            provider=None,
            participants=(),
            ends_at=slots[slot_id].end_at,
            room_id=slots[slot_id].room_id if staff_id == organizer else None,
        )
        for slot_id, staff_ids in state.holds().items()
        for staff_id in staff_ids
    ]
