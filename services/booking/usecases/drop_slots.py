"""Slots of open proposals go as their time is taken: by an appointment (G2, R24) or by a calendar (X10)."""

from services.booking.model.appointment import Appointment
from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.guarded import claims_of
from services.booking.model.proposal import Proposal
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.guards import Guards
from services.booking.usecases.announce import Announcer
from services.booking.usecases.availability import Availability
from services.booking.usecases.end_request import EndRequest
from services.booking.usecases.few_slots import FewSlots
from shared import clock
from shared.contracts.api.proposals import SlotStatus
from shared.contracts.booking import ReasonGone, SlotsChanged
from shared.contracts.envelope import Cause
from shared.messaging.relay import Relay

_ATTEMPTS = 5


class DropSlots:
    """The one way in which open slots become ``taken``; repeating it changes nothing."""

    def __init__(self, store: BookingStore, announcer: Announcer, few_slots: FewSlots, relay: Relay) -> None:
        self._store = store
        self._announcer = announcer
        self._few_slots = few_slots
        self._relay = relay

    async def __call__(self, proposal_id: str, slot_ids: set[str], cause: Cause) -> None:
        """Raises ``StaleVersion`` where others keep changing the proposal."""
        for attempt in range(_ATTEMPTS):
            for before in await self._store.open_proposals([proposal_id]):
                left = _without(before, slot_ids)
                if left is None:
                    return
                after, low = await self._few_slots(before, left, cause)
                changed = self._announcer.of_proposal(
                    SlotsChanged, after, cause, reason=ReasonGone.TAKEN, mail_guest=False
                )
                try:
                    await self._store.save_proposal(before, after, [*changed, *low])
                except StaleVersion:
                    if attempt == _ATTEMPTS - 1:
                        raise
                    continue
                self._relay.publish_soon(self._store.proposals, after.proposal_id, [*changed, *low])
                return


class DropTakenSlots:
    """Of overlapping held claims the first confirmed wins: the others' slots go, requests end (G2, R24, H4)."""

    def __init__(self, store: BookingStore, guards: Guards, drop: DropSlots, end: EndRequest) -> None:
        self._store = store
        self._guards = guards
        self._drop = drop
        self._end = end

    async def __call__(self, organization_id: str, appointment_id: str, cause: Cause) -> None:
        """Repeating it, or calling it for an appointment that has moved on, is harmless: what stands now counts."""
        appointment = await self._store.appointment(organization_id, appointment_id)
        if appointment is None or not appointment.is_live:
            return
        taken = await self._held_within(appointment)
        for owner in sorted({claim.owner for claim in taken}):
            await self._drop(owner, {claim.slot_id for claim in taken}, cause.elsewhere())
            await self._end.taken(organization_id, owner, cause.elsewhere())

    async def _held_within(self, appointment: Appointment) -> list[Claim]:
        wanted = sorted({claim.resource for claim in claims_of(appointment)})
        claims = await self._guards.on(appointment.organization_id, wanted, appointment.spans)
        return [claim for claim in claims if claim.kind is ClaimKind.HELD]


class DropFilledSlots:
    """A calendar filled an offered time (X10). The copy as it stands now counts, whichever event told of it."""

    def __init__(self, store: BookingStore, availability: Availability, drop: DropSlots) -> None:
        self._store = store
        self._availability = availability
        self._drop = drop

    async def __call__(self, organization_id: str, staff_id: str, cause: Cause) -> None:
        now = clock.now()
        offered = {
            proposal.proposal_id: proposal.remaining(now)
            for proposal in await self._store.open_with(organization_id, staff_id)
        }
        slots = [slot for remaining in offered.values() for slot in remaining]
        filled = await self._availability.filled(organization_id, staff_id, slots) if slots else set()
        for proposal_id, remaining in offered.items():
            gone = {slot.slot_id for slot in remaining} & filled
            if gone:
                await self._drop(proposal_id, gone, cause)


def _without(before: Proposal, slot_ids: set[str]) -> Proposal | None:
    gone = {slot.slot_id: SlotStatus.TAKEN for slot in before.open_slots if slot.slot_id in slot_ids}
    if not gone:
        return None
    changes = {"version": before.version + 1, "updated_at": clock.now()}
    return before.with_status_of(gone).model_copy(update=changes)
