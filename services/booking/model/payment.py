"""What a booking costs and how far its payment is (H13). Every transition makes ``step`` grow: it guards writes."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from services.booking.model.proposal import TokenSource
from shared.contracts.api.effects import Effect, EffectStatus, EffectView
from shared.contracts.api.pages import PriceFields, RefundRule
from shared.contracts.api.payments import PaymentStatus, RefundState
from shared.contracts.envelope import Value
from shared.contracts.notifier import Audience

LOOKS_EVERY = timedelta(seconds=30)
"""An open session is asked about, should no webhook come."""
_LATE_LOOKS_EVERY = timedelta(hours=1)
_LATE_AT_MOST = timedelta(days=14)
_OPENS_WITHIN = timedelta(minutes=1)
_LEADS_BACK_FOR = timedelta(hours=1)


class Ended(StrEnum):
    """Why an effect of the payment is over without it; words of the effects' reasons."""

    EXPIRED = "not_paid"
    FAILED = "payment_failed"


class Payment(Value):
    """``look_at`` is when Stripe is asked next; ``released`` says that the time was given up before it was paid.
    ``back`` is the way back from Stripe to the guest's page.
    """

    amount: int
    currency: str
    rule: RefundRule
    status: PaymentStatus = PaymentStatus.PENDING
    expires_at: AwareDatetime
    look_at: AwareDatetime | None
    step: int = 1
    tries: int = 0
    session_id: str | None = None
    checkout_url: str | None = None
    back: TokenSource | None = None
    payment_id: str | None = None
    refund: RefundState | None = None
    refund_id: str | None = None
    reason: str | None = None
    released: bool = False

    @classmethod
    def of(cls, price: PriceFields, now: datetime, time_to_pay: timedelta) -> "Payment":
        return cls(
            amount=price.amount,
            currency=price.currency,
            rule=price.refund,
            expires_at=(now + time_to_pay).replace(microsecond=0),
            look_at=now + _OPENS_WITHIN,
        )

    @property
    def is_pending(self) -> bool:
        return self.status is PaymentStatus.PENDING

    @property
    def gives_back(self) -> bool:
        """Whether a guest who cancels now has it back."""
        return self.status is PaymentStatus.PAID and self.rule is not RefundRule.NEVER

    def leads_back(self, now: datetime) -> bool:
        """Whoever comes from Stripe later has their own link by mail, or nothing was booked."""
        return now < self.expires_at + _LEADS_BACK_FOR

    def opened(self, session_id: str, url: str | None, back: TokenSource, now: datetime) -> Self:
        """There is a page where it can be paid."""
        return self._next(session_id=session_id, checkout_url=url, back=back, look_at=now + LOOKS_EVERY)

    def later(self, now: datetime, reason: str | None = None) -> Self:
        """Stripe did not answer, or will not do it now."""
        tries = self.tries + 1
        return self._next(look_at=now + timedelta(seconds=min(600, 2 ** min(tries, 10))), tries=tries, reason=reason)

    def still_open(self, now: datetime) -> Self:
        return self._next(look_at=max(now, min(now + LOOKS_EVERY, self.expires_at)), tries=0, reason=None)

    def processing(self, now: datetime) -> Self:
        """It was begun and takes days: it is asked about, ever more rarely, until it is plain that nothing comes."""
        if now < self.expires_at:
            return self.still_open(now)
        if now > self.expires_at + _LATE_AT_MOST:
            return self.ended(PaymentStatus.FAILED)
        return self._next(look_at=now + _LATE_LOOKS_EVERY, released=True, tries=0, reason=None)

    def paid(self, payment_id: str | None, now: datetime) -> Self:
        """Looked at once more: it may have been given back already, and the word of that came first."""
        return self._next(status=PaymentStatus.PAID, payment_id=payment_id, look_at=now, tries=0, reason=None)

    def ended(self, status: PaymentStatus) -> Self:
        """Without having been paid."""
        return self._next(status=status, look_at=None, tries=0, reason=None)

    def refunding(self, now: datetime) -> Self:
        return self._next(refund=RefundState.WANTED, look_at=now, tries=0, reason=None)

    def refunded(self, refund_id: str | None) -> Self:
        changes = {"status": PaymentStatus.REFUNDED, "refund": RefundState.DONE, "refund_id": refund_id}
        return self._next(**changes, look_at=None, tries=0, reason=None)

    def not_refunded(self, reason: str) -> Self:
        """For good: staff must do it by hand."""
        return self._next(status=PaymentStatus.PAID, refund=RefundState.FAILED, look_at=None, reason=reason)

    def at_rest(self) -> Self:
        return self._next(look_at=None, tries=0)

    def after_cancellation(self, now: datetime, *, by_guest: bool) -> Self:
        """What was not paid yet is closed at Stripe; what was is given back, where the guest cancelled by the page's
        rule (a guest can cancel in time only), where staff did always.
        """
        if self.is_pending:
            return self._next(look_at=now, tries=0)
        is_paid = self.status is PaymentStatus.PAID
        return self.refunding(now) if self.gives_back or (is_paid and not by_guest) else self

    def _next(self, **changes: object) -> Self:
        return self.model_copy(update={**changes, "step": self.step + 1})


_STATES = {
    PaymentStatus.PENDING: (EffectStatus.PENDING, None),
    PaymentStatus.EXPIRED: (EffectStatus.SUPPRESSED, Ended.EXPIRED.value),
    PaymentStatus.FAILED: (EffectStatus.FAILED, Ended.FAILED.value),
}
_REFUNDS = {
    RefundState.WANTED: EffectStatus.PENDING,
    RefundState.DONE: EffectStatus.DONE,
    RefundState.FAILED: EffectStatus.FAILED,
}


def payment_effects(payment: Payment | None) -> list[EffectView]:
    """G9."""
    if payment is None:
        return []
    status, reason = _STATES.get(payment.status, (EffectStatus.DONE, None))
    until = payment.expires_at if payment.is_pending else None
    shown = [EffectView(effect=Effect.PAYMENT, of=Audience.GUEST, status=status, reason=reason, until=until)]
    if payment.refund is None:
        return shown
    waits = payment.refund is RefundState.WANTED and payment.tries > 0
    again, refund = (payment.look_at, EffectStatus.WAITING) if waits else (None, _REFUNDS[payment.refund])
    return [
        *shown,
        EffectView(effect=Effect.REFUND, of=Audience.GUEST, status=refund, reason=payment.reason, until=again),
    ]
