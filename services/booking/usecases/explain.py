"""Which of Chosei's own claims take a moment of a staff member (X11)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.spans import Span
from services.booking.store.bookings import BookingStore
from services.booking.store.guards import Guards
from services.booking.views.staff import Access
from shared.internal import Caller

_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Taken:
    """``title`` and the ids are empty where the reader may not see what it is."""

    kind: ClaimKind
    span: Span
    title: str = ""
    proposal_id: str | None = None
    appointment_id: str | None = None


class ExplainClaims:
    """Earliest first."""

    def __init__(self, store: BookingStore, guards: Guards) -> None:
        self._store = store
        self._guards = guards

    async def __call__(self, caller: Caller, staff_id: str, at: datetime) -> list[Taken]:
        moment = Span(at, at + _MOMENT)
        claims = (await self._guards.of_staff(caller.organization_id, [staff_id], moment))[staff_id]
        ordered = sorted(claims, key=lambda claim: (claim.span.start_at, claim.span.end_at, claim.owner))
        return [await self._taken(claim, caller) for claim in ordered if claim.span.start_at <= at]

    async def _taken(self, claim: Claim, caller: Caller) -> Taken:
        if claim.kind is ClaimKind.HELD:
            proposal = await self._store.proposal(caller.organization_id, claim.owner)
            if proposal is None or Access.of(proposal, caller).hidden:
                return Taken(claim.kind, claim.span)
            return Taken(claim.kind, claim.span, proposal.shown_title, proposal_id=proposal.proposal_id)
        appointment = await self._store.appointment(caller.organization_id, claim.owner)
        if appointment is None or Access.of(appointment, caller).hidden:
            return Taken(claim.kind, claim.span)
        return Taken(claim.kind, claim.span, appointment.shown_title, appointment_id=appointment.appointment_id)
