"""An appointment or a request ends, by whomever: its time is free again, and everything made for it goes."""

from typing import Any

from services.booking.model.appointment import Appointment
from services.booking.model.outcomes import canceled
from services.booking.model.payment import Payment
from services.booking.model.requests import ended, said_of
from services.booking.usecases.announce import Announcer
from services.booking.usecases.save_appointment import SaveAppointment
from shared import clock
from shared.contracts.booking import AppointmentCanceled, EndOfRequest
from shared.contracts.envelope import Cause


class EndAppointment:
    """What was paid is given back by the page's rule (H13); of what nobody but the guest ever heard nobody is told.
    Raises ``StaleVersion``.
    """

    def __init__(self, announcer: Announcer, save: SaveAppointment) -> None:
        self._announcer = announcer
        self._save = save

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
        if given_back and before.is_unpaid:
            return await self.unpaid(before, given_back, cause, only=only, **said)
        after = before.model_copy(update={**canceled(before, now), "payment": given_back, **said})
        after = ended(before, after, why)
        waiting = self._announcer.of_appointment(AppointmentCanceled, after, cause, **said_of(before, why))
        return await self._save(before, after, waiting, only=only)

    async def unpaid(
        self,
        before: Appointment,
        payment: Payment,
        cause: Cause,
        *,
        only: dict[str, Any] | None = None,
        **said: object,
    ) -> Appointment:
        """One that waited for its ``payment``: nobody but the guest knew of it, whose page says so (H13)."""
        after = before.model_copy(update={**canceled(before, clock.now()), "payment": payment, **said})
        return await self._save(before, after, self._announcer.of_payment(before, after, cause), only=only)
