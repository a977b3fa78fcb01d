"""Links of guests to appointments (R23, X9, C9, H13), looked up by their token's hash; no token is stored (G23)."""

from services.booking.model.appointment import Appointment
from services.booking.store.documents import APPOINTMENT, Documents
from shared.mongo import ASCENDING, Collection, Document, IndexModel

REGISTERED = {"proposal_id": None}
"""Without a proposal, whose link it would share (E2)."""
ANOTHER_GUESTS = {"own_page": True}
"""Whose guest has a page that is not the proposal's (C9)."""


def _once(field: str, name: str, which: Document) -> IndexModel:
    return IndexModel([(field, ASCENDING)], name=name, unique=True, partialFilterExpression=which)


INDEXES = (
    _once("token.hash", "token", REGISTERED),
    _once("token.hash", "own_page", ANOTHER_GUESTS),
    _once("join_token.hash", "join_token", {"join_token.hash": {"$gt": ""}}),
    _once("payment.back.hash", "payment_back", {"payment.back.hash": {"$gt": ""}}),
)


class JoinLinks:
    """A view of the collection of appointments."""

    def __init__(self, appointments: Collection, documents: Documents) -> None:
        self._appointments = appointments
        self._documents = documents

    async def find(self, token_hash: str) -> Appointment | None:
        """One query whether it is found or not (G23)."""
        row = await self._appointments.find_one({"join_token.hash": token_hash}, APPOINTMENT)
        return self._documents.appointment_from(row) if row else None
