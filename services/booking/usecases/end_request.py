"""Requests that end without anybody's word (H4): nobody answered in time, or somebody else was confirmed."""

from services.booking.model.appointment import Appointment
from services.booking.model.claims import ClaimKind
from services.booking.model.guarded import claims_of
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.guards import Guards
from services.booking.usecases.end_appointment import EndAppointment
from shared import clock
from shared.contracts.booking import EndOfRequest
from shared.contracts.envelope import Cause
from shared.due import Lease

_ATTEMPTS = 5


class EndRequest:
    """An answer, or the guest's own word, that came first wins. Repeating it changes nothing."""

    def __init__(self, store: BookingStore, guards: Guards, end: EndAppointment) -> None:
        self._store = store
        self._guards = guards
        self._end = end

    async def expired(self, lease: Lease) -> None:
        """Works on one due row."""
        before = self._store.documents.appointment_from(lease.row)
        until = before.requested_until
        if not before.is_requested or until is None or until > clock.now():
            return
        try:
            await self._end(before, Cause.outside(), EndOfRequest.EXPIRED, only=lease.held)
        except StaleVersion:
            return

    async def taken(self, organization_id: str, appointment_id: str, cause: Cause) -> None:
        """Where a confirmed claim of another lies on its time. Raises ``StaleVersion``."""
        for attempt in range(_ATTEMPTS):
            before = await self._store.appointment(organization_id, appointment_id)
            if before is None or not before.is_requested or not await self._is_taken(before):
                return
            try:
                await self._end(before, cause, EndOfRequest.TAKEN)
            except StaleVersion:
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            return

    async def _is_taken(self, request: Appointment) -> bool:
        own = claims_of(request)
        resources = sorted({claim.resource for claim in own})
        found = await self._guards.on(request.organization_id, resources, request.spans)
        return any(claim.kind is ClaimKind.CONFIRMED and claim.owner != request.appointment_id for claim in found)
