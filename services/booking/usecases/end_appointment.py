"""An appointment or a request ends, by whomever: its time is free again, and everything made for it goes."""

from typing import Any

from services.booking.model.appointment import Appointment
from services.booking.model.outcomes import canceled
from services.booking.model.requests import ended, said_of
from services.booking.store.bookings import BookingStore
from services.booking.usecases.announce import Announcer
from shared import clock
from shared.contracts.booking import AppointmentCanceled, EndOfRequest
from shared.contracts.envelope import Cause
from shared.messaging.relay import Relay


class EndAppointment:
    """What was paid is given back by the page's rule (H13); of what nobody but the guest ever heard nobody is told.
    Raises ``StaleVersion``.
    """

    def __init__(self, store: BookingStore, announcer: Announcer, relay: Relay) -> None:
        self._store = store
        self._announcer = announcer
        self._relay = relay

    async def __call__(
        self,
        before: Appointment,
        cause: Cause,
        why: EndOfRequest,
        *,
        only: dict[str, Any] | None = None,
        **said: object,
    ) -> Appointment:
        """``why`` it ends where it is a request, else whether the guest or staff ended it; ``said`` is what was said of
        it, and by whom; ``only`` as in ``save_appointment``.
        """
        now, payment = clock.now(), before.payment
        by_guest = why is EndOfRequest.WITHDRAWN
        given_back = payment.after_cancellation(now, by_guest=by_guest) if payment else None
        after = before.model_copy(update={**canceled(before, now), "payment": given_back, **said})
        if before.is_unpaid:
            waiting = self._announcer.of_payment(before, after, cause)
        else:
            after = ended(before, after, why)
            waiting = self._announcer.of_appointment(AppointmentCanceled, after, cause, **said_of(before, why))
        await self._store.save_appointment(before, after, waiting, only=only)
        self._relay.publish_soon(self._store.appointments, after.appointment_id, waiting)
        return after
