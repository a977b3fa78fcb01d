"""Join links of appointments (X9), looked up by the hash of their token; nothing stores the token (G23)."""

from services.booking.model.appointment import Appointment
from services.booking.store.documents import APPOINTMENT, Documents
from shared.mongo import ASCENDING, Collection, IndexModel

INDEX = IndexModel(
    [("join_token.hash", ASCENDING)],
    name="join_token",
    unique=True,
    partialFilterExpression={"join_token.hash": {"$gt": ""}},
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
