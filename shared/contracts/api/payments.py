"""What a booking on a page costs and what became of it, in the public API (H13)."""

from datetime import datetime
from enum import StrEnum

from shared.contracts.api.fields import View


class PaymentStatus(StrEnum):
    """``pending`` until it is paid; ``expired`` where nobody paid in time, ``failed`` where it could not be taken."""

    PENDING = "pending"
    PAID = "paid"
    REFUNDED = "refunded"
    FAILED = "failed"
    EXPIRED = "expired"


class RefundState(StrEnum):
    """``wanted`` until Stripe gave it back; ``failed`` where staff must do it by hand."""

    WANTED = "wanted"
    DONE = "done"
    FAILED = "failed"


class PaymentView(View):
    """``amount`` in the smallest unit of ``currency``. While it is ``pending``, the guest's time is held until
    ``expires_at``. ``gives_back``: a guest who cancels has it back. ``stripe_url`` is for staff: where the payment is
    looked at, and given back by hand.
    """

    amount: int
    currency: str
    status: PaymentStatus
    expires_at: datetime
    refund: RefundState | None = None
    gives_back: bool = False
    stripe_url: str | None = None


class WayBack(View):
    """To whoever comes back from the payment page."""

    manage_url: str
