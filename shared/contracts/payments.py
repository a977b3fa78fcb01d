"""Payments of bookings as events carry them (H13); amounts are in the smallest unit of their currency."""

from enum import StrEnum

from shared.contracts.envelope import Value


class Paid(Value):
    """What the guest paid. ``given_back``: all of it, by now or soon."""

    amount: int
    currency: str
    given_back: bool = False


class PaymentStep(StrEnum):
    """How far a payment is."""

    HELD = "held"
    PAID = "paid"
    RELEASED = "released"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
