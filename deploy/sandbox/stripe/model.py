"""What Stripe keeps: sessions, payments, refunds and events. Plain data, so that it survives a restart."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

Json = dict[str, object]


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


@dataclass
class Refund:
    id: str
    payment_intent: str
    charge: str
    amount: int
    currency: str
    created: datetime
    reason: str | None
    metadata: dict[str, str]
    status: str = "succeeded"
    """Or ``pending``, ``failed``."""
    failure_reason: str | None = None


@dataclass
class Payment:
    """A PaymentIntent and its charge."""

    id: str
    charge: str
    amount: int
    currency: str
    created: datetime
    metadata: dict[str, str]
    description: str | None
    method: str
    status: str
    """``succeeded``, ``processing`` (a method that takes days), ``requires_payment_method`` (it came to nothing)."""
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds if refund.status != "failed")


@dataclass
class Item:
    name: str
    description: str | None
    unit_amount: int
    quantity: int


@dataclass
class Session:
    id: str
    created: datetime
    expires_at: datetime
    currency: str
    items: list[Item]
    success_url: str
    cancel_url: str | None
    client_reference_id: str | None
    customer_email: str | None
    locale: str | None
    metadata: dict[str, str]
    payment_metadata: dict[str, str]
    description: str | None
    methods: list[str]
    status: str = "open"
    """Or ``complete``, ``expired``."""
    payment: Payment | None = None
    declined: int = 0

    @property
    def amount(self) -> int:
        return sum(item.unit_amount * item.quantity for item in self.items)

    @property
    def payment_status(self) -> str:
        return "paid" if self.payment is not None and self.payment.status == "succeeded" else "unpaid"


@dataclass
class Kept:
    """What a request with an idempotency key was answered."""

    request: str
    at: datetime
    status: int
    body: bytes


@dataclass
class Book:
    """Everything, oldest first."""

    sessions: dict[str, Session] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, Kept] = field(default_factory=dict)
    refunds_wait: bool = False
    """Whether refunds stay ``pending`` until ``/inspect`` says what becomes of them."""

    def payment(self, payment_id: str) -> Payment | None:
        return next((one for one in self.payments() if one.id == payment_id), None)

    def payments(self) -> list[Payment]:
        return [session.payment for session in self.sessions.values() if session.payment is not None]

    def refunds(self) -> list[Refund]:
        """Oldest first."""
        return sorted((one for payment in self.payments() for one in payment.refunds), key=lambda one: one.created)
