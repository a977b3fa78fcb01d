"""Where a guest pays (H13): one Checkout Session for each booking, made under a key of the appointment's (G10)."""

from datetime import timedelta

import structlog

from services.booking.model.appointment import Appointment
from services.booking.model.payment import Payment
from services.booking.problems import PaymentUnavailable
from services.booking.providers.stripe import CheckoutSession, CheckoutWish, Stripe
from services.booking.store.bookings import StaleVersion
from services.booking.store.payments import PaymentStore
from services.booking.usecases.links import Links
from services.booking.usecases.save_payment import SavePayment
from shared import clock
from shared.contracts import actors
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.pages import PriceFields
from shared.contracts.envelope import Cause
from shared.providers import ProviderError, ProviderUnavailable

log = structlog.get_logger(__name__)
_TRIES = 2
"""A lost answer is asked for once more; the guest waits."""


class OpenCheckout:
    """Answers the booking with its ``checkout_url``. Where Stripe does not make one, the booking never was, and its
    time is free at once. Raises ``PaymentUnavailable``.
    """

    def __init__(
        self, stripe: Stripe, store: PaymentStore, save: SavePayment, links: Links, time_to_pay: timedelta
    ) -> None:
        self._stripe = stripe
        self._store = store
        self._save = save
        self._links = links
        self._time_to_pay = time_to_pay

    def payment_of(self, price: PriceFields | None) -> Payment | None:
        """What a booking made now costs."""
        return Payment.of(price, clock.now(), self._time_to_pay) if price else None

    async def __call__(self, booked: Appointment) -> Appointment:
        payment = booked.payment
        if payment is None or payment.session_id or booked.status is not AppointmentStatus.REQUESTED:
            return booked
        back = self._links.return_source(booked.appointment_id)
        try:
            session = await self._session(self._wish(booked, self._links.return_url(booked.appointment_id, back)))
        except ProviderError as error:
            log.error("payment.not_opened", appointment_id=booked.appointment_id, reason=error.reason)
            await self._store.forget(booked)
            raise PaymentUnavailable() from error
        opened = payment.opened(session.session_id, session.url, back, clock.now())
        try:
            return await self._save(booked, opened, Cause.outside(actor=actors.GUEST))
        except StaleVersion:
            return await self._as_it_is(booked)

    async def _session(self, wish: CheckoutWish) -> CheckoutSession:
        for left in reversed(range(_TRIES)):
            try:
                return await self._stripe.create(wish)
            except ProviderUnavailable:
                if not left:
                    raise
        raise AssertionError

    async def _as_it_is(self, booked: Appointment) -> Appointment:
        """A twin was faster, or it was given up meanwhile."""
        found = await self._store.read(booked.appointment_id)
        if found is None:
            raise PaymentUnavailable()
        return found

    @staticmethod
    def _wish(booked: Appointment, back_url: str) -> CheckoutWish:
        payment = booked.payment
        assert payment is not None
        return CheckoutWish(
            appointment_id=booked.appointment_id,
            title=booked.shown_title,
            amount=payment.amount,
            currency=payment.currency,
            email=booked.guest.email,
            locale=booked.guest_locale or "ja",
            back_url=back_url,
            expires_at=payment.expires_at,
        )
