"""How a payment goes on (H13): Stripe is asked, since webhooks only say when to look. In any order, as often as it
takes, and after a crash at any step it comes to the same end (G10).
"""

from datetime import datetime

import structlog

from services.booking.model.appointment import Appointment
from services.booking.model.outcomes import canceled
from services.booking.model.payment import Payment
from services.booking.providers.stripe import CheckoutSession, SessionStatus, Stripe
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.guards import TimeTaken
from services.booking.store.payments import PaymentStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.confirm_request import ConfirmRequest
from services.booking.usecases.end_appointment import EndAppointment
from services.booking.usecases.save_appointment import SaveAppointment
from services.booking.usecases.save_payment import SavePayment
from services.booking.usecases.still_free import StillFree
from shared import clock
from shared.contracts import actors
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.payments import PaymentStatus, RefundState
from shared.contracts.booking import AppointmentCanceled, EndOfRequest
from shared.contracts.envelope import Cause
from shared.contracts.notifier import Purpose
from shared.due import Lease
from shared.providers import ProviderError, ProviderRefused

log = structlog.get_logger(__name__)
_TOO_LATE = {
    "ja": "お支払いの確認が間に合わず、この日時の予約を確定できませんでした。お支払いは全額を返金します。",
    "en": "Your payment came when this time was taken already, so nothing was booked. You are refunded in full.",
}
_REFUNDED_BEFORE = "charge_already_refunded"


class SettlePayment:
    """Works on one appointment whose payment is due for a look."""

    def __init__(
        self,
        stripe: Stripe,
        store: BookingStore,
        payments: PaymentStore,
        save: SavePayment,
        save_appointment: SaveAppointment,
        confirm: ConfirmRequest,
        end: EndAppointment,
        still_free: StillFree,
        announcer: Announcer,
    ) -> None:
        self._stripe = stripe
        self._store = store
        self._payments = payments
        self._save = save
        self._save_appointment = save_appointment
        self._confirm = confirm
        self._end = end
        self._still_free = still_free
        self._announcer = announcer

    async def __call__(self, lease: Lease) -> None:
        before = self._store.documents.appointment_from(lease.row)
        payment, now = before.payment, clock.now()
        if payment is None or payment.look_at is None or payment.look_at > now:
            return
        try:
            await self._settle(before, payment, now)
        except StaleVersion:
            log.info("payment.changed_meanwhile", appointment_id=before.appointment_id)
        except ProviderError as error:
            log.warning("payment.not_settled", appointment_id=before.appointment_id, reason=error.reason)
            await self._put_off(before, payment, now, error)

    async def _put_off(self, before: Appointment, payment: Payment, now: datetime, error: ProviderError) -> None:
        final = isinstance(error, ProviderRefused) and payment.refund is RefundState.WANTED
        after = payment.not_refunded(error.reason) if final else payment.later(now, error.reason)
        try:
            await self._save(before, after)
        except StaleVersion:
            return

    async def _settle(self, before: Appointment, payment: Payment, now: datetime) -> None:
        if payment.session_id is None:
            await self._payments.forget(before)
        elif payment.refund is RefundState.WANTED:
            await self._refund(before, payment)
        elif payment.is_pending:
            await self._look(before, payment, await self._session(before, payment, payment.session_id, now), now)
        else:
            await self._look_at_refunds(before, payment)

    async def _session(self, before: Appointment, payment: Payment, session_id: str, now: datetime) -> CheckoutSession:
        """Closed where nobody may pay any more."""
        session = await self._stripe.session(session_id)
        over = now >= payment.expires_at or before.status is not AppointmentStatus.REQUESTED
        if session.status is not SessionStatus.OPEN or not over:
            return session
        try:
            return await self._stripe.expire(session_id)
        except ProviderRefused:
            return await self._stripe.session(session_id)  # it was paid, or expired, between

    async def _look(self, before: Appointment, payment: Payment, session: CheckoutSession, now: datetime) -> None:
        if session.paid:
            await self._paid(before, payment.paid(session.payment_id, now), now)
        elif session.status is SessionStatus.EXPIRED:
            await self._unpaid(before, payment.ended(PaymentStatus.EXPIRED))
        elif session.status is SessionStatus.OPEN:
            await self._save(before, payment.still_open(now))
        elif session.payment_id and await self._stripe.came_to_nothing(session.payment_id):
            await self._unpaid(before, payment.ended(PaymentStatus.FAILED))
        else:
            await self._unpaid(before, payment.processing(now))

    async def _unpaid(self, before: Appointment, payment: Payment) -> None:
        """Its time is free again."""
        over = not payment.is_pending or payment.released
        if not over or before.status is not AppointmentStatus.REQUESTED:
            await self._save(before, payment)
            return
        await self._end.unpaid(before, payment, Cause.outside())
        log.info("payment.not_made", appointment_id=before.appointment_id, status=payment.status)

    async def _paid(self, before: Appointment, paid: Payment, now: datetime) -> None:
        """Confirmed where its time is still its own, or, given up meanwhile, still free; else all is given back."""
        waits = before.status is AppointmentStatus.REQUESTED
        gives_up = before.status is AppointmentStatus.CANCELED and not paid.released
        if gives_up:
            await self._save(before, paid.refunding(now), Cause.outside(actor=actors.GUEST))
            return
        if before.start_at > now and (waits or await self._still_free(before)):
            try:
                confirmed = await self._confirm(before, Cause.outside(actor=actors.GUEST), payment=paid)
            except TimeTaken:
                log.info("payment.too_late", appointment_id=before.appointment_id)
            else:
                log.info("appointment.booked", appointment_id=confirmed.appointment_id)
                return
        await self._give_back(before, paid, now)

    async def _give_back(self, before: Appointment, paid: Payment, now: datetime) -> None:
        """As of a request whose time was taken: nothing was made for it, and both sides are told why (H4)."""
        words = _TOO_LATE["ja" if before.guest_locale.startswith("ja") else "en"]
        changes = {**canceled(before, now), "cancel_message": words, "payment": paid.refunding(now)}
        taken = {"end_of_request": EndOfRequest.TAKEN}
        after = before.model_copy(update=changes | taken).expecting_request(Purpose.DECLINED)
        told = self._announcer.of_payment(before, after, Cause.outside(actor=actors.GUEST))
        told += self._announcer.of_appointment(AppointmentCanceled, after, Cause.outside(), was_requested=True, **taken)
        await self._save_appointment(before, after, told)

    async def _refund(self, before: Appointment, payment: Payment) -> None:
        """A look first: the answer to an earlier try may have been lost."""
        assert payment.payment_id is not None
        if (refund_id := await self._given_back(payment, payment.payment_id)) is not None:
            await self._save(before, payment.refunded(refund_id))
            return
        try:
            made = await self._stripe.refund(payment.payment_id, before.appointment_id, payment.tries)
        except ProviderRefused as error:
            if error.reason != _REFUNDED_BEFORE:
                raise
            await self._save(before, payment.refunded(None))
            return
        after = payment.not_refunded("refund_failed") if made.failed else payment.refunded(made.refund_id)
        await self._save(before, after)
        log.info("payment.refunded", appointment_id=before.appointment_id, failed=made.failed)

    async def _look_at_refunds(self, before: Appointment, payment: Payment) -> None:
        """Given back in Stripe's dashboard, or not taken by the bank in the end."""
        if payment.payment_id is None:
            await self._save(before, payment.at_rest())
            return
        refund_id = await self._given_back(payment, payment.payment_id)
        if refund_id is not None:
            await self._save(before, payment.refunded(refund_id))
        elif payment.status is PaymentStatus.REFUNDED:
            await self._save(before, payment.not_refunded("refund_failed"))
        else:
            await self._save(before, payment.at_rest())

    async def _given_back(self, payment: Payment, payment_id: str) -> str | None:
        """The refund by which all of it was; None where it was not."""
        given = [one for one in await self._stripe.refunds(payment_id) if not one.failed]
        return given[0].refund_id if sum(one.amount for one in given) >= payment.amount else None
