"""What staff read of a payment (H13)."""

from datetime import UTC, datetime

import pytest

from services.gateway.pages.consequences import what_goes
from services.gateway.pages.staff_payment import staff_payment
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView
from shared.contracts.api.payments import PaymentStatus, PaymentView, RefundState
from tests.integration.gateway.fakes import an_appointment_view

AT = datetime(2026, 12, 1, tzinfo=UTC)
PAGE = "https://dashboard.stripe.com/test/payments/pi_1"


def _paid_for(
    status: AppointmentStatus, paid: PaymentStatus, refund: RefundState | None = None, url: str | None = PAGE
) -> AppointmentView:
    payment = PaymentView(amount=5500, currency="jpy", status=paid, expires_at=AT, refund=refund, stripe_url=url)
    return AppointmentView.model_validate(an_appointment_view(status=status, payment=payment.model_dump(mode="json")))


@pytest.mark.parametrize(
    ("status", "paid", "refund", "state", "badge"),
    [
        ("requested", "pending", None, "Waiting for payment", "wait"),
        ("confirmed", "paid", None, "Paid", "ok"),
        ("canceled", "expired", None, "Not paid", "none"),
        ("canceled", "paid", "wanted", "Being refunded", "open"),
        ("canceled", "refunded", "done", "Refunded", "none"),
        ("canceled", "paid", "failed", "Not refunded", "bad"),
    ],
)
def test_how_far_a_payment_is(status: str, paid: str, refund: str | None, state: str, badge: str) -> None:
    view = _paid_for(AppointmentStatus(status), PaymentStatus(paid), RefundState(refund) if refund else None)
    shown = staff_payment(view, "en")
    assert shown is not None
    assert (shown.price, shown.state, shown.badge, shown.url) == ("¥5,500", state, badge, PAGE)
    assert shown.unpaid is (status == "requested")


def test_a_refund_that_failed_says_what_is_to_be_done() -> None:
    shown = staff_payment(_paid_for(AppointmentStatus.CANCELED, PaymentStatus.PAID, RefundState.FAILED), "ja")
    assert shown is not None
    assert "Stripeの画面から返金" in shown.hint


def test_only_a_web_address_is_a_link() -> None:
    shown = staff_payment(_paid_for(AppointmentStatus.CONFIRMED, PaymentStatus.PAID, url="javascript:alert(1)"), "en")
    assert shown is not None
    assert shown.url == ""


def test_x12_cancelling_what_was_paid_says_that_it_is_given_back() -> None:
    paid = what_goes(_paid_for(AppointmentStatus.CONFIRMED, PaymentStatus.PAID), "en")
    assert "The ¥5,500 that the guest paid will be refunded in full." in paid
    given_back = what_goes(_paid_for(AppointmentStatus.CONFIRMED, PaymentStatus.REFUNDED), "en")
    assert "refunded" not in given_back
