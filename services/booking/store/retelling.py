"""What is not over, whatever became of it, so that it can be told again (G13)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from services.booking.model.appointment import Appointment
from services.booking.model.proposal import Proposal
from services.booking.store.bookings import BookingStore
from services.booking.store.documents import APPOINTMENT, PROPOSAL
from shared.contracts.api.appointments import AppointmentStatus
from shared.messaging import outbox
from shared.messaging.outbox import Entry
from shared.mongo import Collection, Document


class Retelling:
    """Adds to the outboxes of documents as they stand; who changes one meanwhile tells more than that."""

    def __init__(self, store: BookingStore) -> None:
        self._store = store

    async def appointments(self, organization_id: str, now: datetime) -> AsyncIterator[Appointment]:
        """Of a request that came to nothing nobody else ever heard (H4)."""
        which: Document = {
            "organization_id": organization_id,
            "status": {"$in": [AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELED]},
            "end_of_request": None,
            "$or": [{"end_at": {"$gt": now}}, {"occurrences.end_at": {"$gt": now}}],
        }
        async for row in self._store.appointments.find(which, APPOINTMENT):
            yield self._store.documents.appointment_from(row)

    async def proposals(self, organization_id: str, now: datetime) -> AsyncIterator[Proposal]:
        which: Document = {"organization_id": organization_id, "slots.end_at": {"$gt": now}}
        async for row in self._store.proposals.find(which, PROPOSAL):
            yield self._store.documents.proposal_from(row)

    async def tell_appointment(self, appointment: Appointment, waiting: Sequence[Entry]) -> bool:
        return await _push(self._store.appointments, appointment.appointment_id, appointment.version, waiting)

    async def tell_proposal(self, proposal: Proposal, waiting: Sequence[Entry]) -> bool:
        return await _push(self._store.proposals, proposal.proposal_id, proposal.version, waiting)


async def _push(collection: Collection, document_id: str, version: int, waiting: Sequence[Entry]) -> bool:
    which = {"_id": document_id, "version": version}
    return (await collection.update_one(which, {"$push": outbox.push(waiting)})).matched_count == 1
