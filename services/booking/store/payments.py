"""Payments of appointments, written apart from their state: each write is guarded by the step that was read."""

from collections.abc import Sequence
from datetime import datetime

from services.booking.model.appointment import Appointment
from services.booking.model.payment import Payment
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.documents import APPOINTMENT, payment_state
from shared import clock
from shared.messaging import outbox
from shared.messaging.outbox import Entry
from shared.mongo import Document


class PaymentStore:
    """Of one collection with ``BookingStore``."""

    def __init__(self, bookings: BookingStore) -> None:
        self._bookings = bookings

    async def read(self, appointment_id: str) -> Appointment | None:
        row = await self._bookings.appointments.find_one({"_id": appointment_id}, APPOINTMENT)
        return self._bookings.documents.appointment_from(row) if row else None

    async def returned(self, token_hash: str) -> Appointment | None:
        """Which was to be paid by whoever comes back from Stripe by this link."""
        row = await self._bookings.appointments.find_one({"payment.back.hash": token_hash}, APPOINTMENT)
        return self._bookings.documents.appointment_from(row) if row else None

    async def save(self, before: Appointment, payment: Payment, waiting: Sequence[Entry]) -> None:
        """Of an appointment that is otherwise as it was. Raises ``StaleVersion``."""
        step = before.payment.step if before.payment else 0
        which: Document = {"_id": before.appointment_id, "version": before.version, "payment.step": step}
        result = await self._bookings.appointments.update_one(
            which, {"$set": payment_state(payment), "$push": outbox.push(waiting)}
        )
        if not result.matched_count:
            raise StaleVersion(before.appointment_id)

    async def look_now(self, appointment_id: str) -> bool:
        """Stripe spoke of it: it is asked about at once, also where it was just asked."""
        now: datetime = clock.now()
        result = await self._bookings.appointments.update_one(
            {"_id": appointment_id, "payment.session_id": {"$gt": ""}},
            {"$set": {"payment.look_at": now, "due_at": now}, "$inc": {"payment.step": 1}},
        )
        return bool(result.matched_count)

    async def forget(self, appointment: Appointment) -> None:
        """A booking that never came about: nobody was told of it, and nobody can pay it. Its time is free."""
        await self._bookings.forget(appointment, {"version": appointment.version, "payment.session_id": None})
