"""A payment goes on while its appointment stays as it was (H13): what the timeline says is in the same write."""

from services.booking.model.appointment import Appointment
from services.booking.model.payment import Payment
from services.booking.store.bookings import BookingStore
from services.booking.store.payments import PaymentStore
from services.booking.usecases.announce import Announcer
from shared.contracts.envelope import Cause
from shared.messaging.relay import Relay


class SavePayment:
    """Answers the appointment as it is now. Raises ``StaleVersion``."""

    def __init__(self, store: BookingStore, payments: PaymentStore, announcer: Announcer, relay: Relay) -> None:
        self._payments = payments
        self._appointments = store.appointments
        self._announcer = announcer
        self._relay = relay

    async def __call__(self, before: Appointment, payment: Payment, cause: Cause | None = None) -> Appointment:
        after = before.model_copy(update={"payment": payment})
        waiting = self._announcer.of_payment(before, after, cause or Cause.outside())
        await self._payments.save(before, payment, waiting)
        self._relay.publish_soon(self._appointments, after.appointment_id, waiting)
        return after
