"""How a proposal ends without a choice: withdrawn (R28), expired (R29), or slot by slot as time is taken (R24)."""

from services.booking.model.appointment import Appointment
from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.proposal import Proposal
from services.booking.problems import NotOpen
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.documents import proposal_from
from services.booking.store.guards import Guards
from services.booking.usecases.announce import Announcer
from shared import clock
from shared.contracts.api.proposals import ProposalStatus, SlotStatus
from shared.contracts.booking import ProposalExpired, ReasonGone, SlotsChanged, SlotsWithdrawn
from shared.contracts.envelope import Cause
from shared.contracts.notifier import Audience, Purpose
from shared.due import Lease
from shared.internal import Caller
from shared.messaging.relay import Relay

_ATTEMPTS = 5


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
        cause = Cause.outside(caller.request_id or None, actor=caller.actor)
        waiting = self._announcer.of_proposal(SlotsWithdrawn, after, cause, notify_guest=notify_guest)
        await self._store.save_proposal(before, after, waiting)
        self._relay.publish_soon(self._store.proposals, after.proposal_id, waiting)
        return after


class ExpireProposal:
    """Works on one due row; a choice or an edit that came first wins."""

    def __init__(self, store: BookingStore, announcer: Announcer, relay: Relay) -> None:
        self._store = store
        self._announcer = announcer
        self._relay = relay

    async def __call__(self, lease: Lease) -> None:
        before = proposal_from(lease.row)
        if not before.is_live or before.expires_at > clock.now():
            return
        after = _ended(before, ProposalStatus.EXPIRED).expecting(before, (Purpose.EXPIRED, Audience.STAFF))
        waiting = self._announcer.of_proposal(ProposalExpired, after, Cause.outside())
        try:
            await self._store.save_proposal(before, after, waiting, only=lease.held)
        except StaleVersion:
            return
        self._relay.publish_soon(self._store.proposals, after.proposal_id, waiting)


class DropTakenSlots:
    """Of overlapping held claims the first confirmed wins, the others' slots go (G2, R24)."""

    def __init__(self, store: BookingStore, guards: Guards, announcer: Announcer, relay: Relay) -> None:
        self._store = store
        self._guards = guards
        self._announcer = announcer
        self._relay = relay

    async def __call__(self, organization_id: str, appointment_id: str, cause: Cause) -> None:
        """Repeating it, or calling it for an appointment that has moved on, is harmless: what stands now counts."""
        appointment = await self._store.appointment(organization_id, appointment_id)
        if appointment is None or not appointment.is_live:
            return
        taken = await self._held_within(appointment)
        for proposal_id in sorted({claim.owner for claim in taken}):
            await self._drop(proposal_id, {claim.slot_id for claim in taken}, cause.elsewhere())

    async def _held_within(self, appointment: Appointment) -> list[Claim]:
        wanted = sorted({claim.resource for claim in appointment.claims()})
        claims = await self._guards.on(appointment.organization_id, wanted, [appointment.span])
        return [claim for claim in claims if claim.kind is ClaimKind.HELD]

    async def _drop(self, proposal_id: str, slot_ids: set[str], cause: Cause) -> None:
        for attempt in range(_ATTEMPTS):
            for before in await self._store.open_proposals([proposal_id]):
                after = _without(before, slot_ids)
                if after is None:
                    return
                waiting = self._announcer.of_proposal(
                    SlotsChanged, after, cause, reason=ReasonGone.TAKEN, mail_guest=False
                )
                try:
                    await self._store.save_proposal(before, after, waiting)
                except StaleVersion:
                    if attempt == _ATTEMPTS - 1:
                        raise
                    continue
                self._relay.publish_soon(self._store.proposals, after.proposal_id, waiting)
                return


def _without(before: Proposal, slot_ids: set[str]) -> Proposal | None:
    gone = {slot.slot_id: SlotStatus.TAKEN for slot in before.open_slots if slot.slot_id in slot_ids}
    if not gone:
        return None
    changes = {"version": before.version + 1, "updated_at": clock.now()}
    return before.with_status_of(gone).model_copy(update=changes).expecting(before)


def _ended(before: Proposal, status: ProposalStatus) -> Proposal:
    """Slots of an expired proposal stay as they are: an edit may reopen them."""
    gone = (
        {slot.slot_id: SlotStatus.WITHDRAWN for slot in before.open_slots} if status is ProposalStatus.WITHDRAWN else {}
    )
    return before.with_status_of(gone).model_copy(
        update={"status": status, "version": before.version + 1, "updated_at": clock.now()}
    )
