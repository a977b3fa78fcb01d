"""What a guest reads of their payment (H13)."""

from datetime import UTC, datetime

import pytest

from services.gateway.pages.guest_payment import payment_words
from services.gateway.pages.guest_view import Reading
from shared.contracts.api.appointments import AppointmentStatus, GuestAppointmentView
from shared.contracts.api.payments import PaymentStatus, PaymentView, RefundState

AT = datetime(2026, 12, 1, tzinfo=UTC)
ENGLISH = Reading("en", "Asia/Tokyo", AT)
URL = "https://checkout.example/c/pay/cs_1"


def _paid_for(
    status: AppointmentStatus, paid: PaymentStatus, refund: RefundState | None = None
) -> GuestAppointmentView:
    payment = PaymentView(amount=5500, currency="jpy", status=paid, expires_at=AT, refund=refund)
    return GuestAppointmentView.model_construct(status=status, payment=payment, checkout_url=URL)


def test_what_is_not_paid_yet_is_not_called_booked_and_leads_to_the_payment() -> None:
    words = payment_words(_paid_for(AppointmentStatus.REQUESTED, PaymentStatus.PENDING), ENGLISH)
    assert words["heading"] == "Waiting for your payment"
    assert "until Tue, 1 Dec 2026 09:00" in str(words["explanation"])
    assert (words["pay_url"], words["unpaid"], words["price"]) == (URL, True, "¥5,500")


def test_what_was_not_paid_in_time_says_so() -> None:
    words = payment_words(_paid_for(AppointmentStatus.CANCELED, PaymentStatus.EXPIRED), ENGLISH)
    assert (words["pay_url"], words["unpaid"]) == (None, False)
    assert words["heading"] == "It was not paid, so nothing is booked"


@pytest.mark.parametrize("refund", list(RefundState))
def test_a_refund_is_told(refund: RefundState) -> None:
    words = payment_words(
        _paid_for(AppointmentStatus.CANCELED, PaymentStatus.REFUNDED, refund), Reading("ja", "Asia/Tokyo", AT)
    )
    assert words["paid_note"]
    assert "heading" not in words


@pytest.mark.parametrize(
    ("paid", "gives_back", "words"),
    [
        (PaymentStatus.PAID, True, "The ¥5,500 that you paid will be refunded in full."),
        (PaymentStatus.PAID, False, "The ¥5,500 that you paid will not be refunded."),
        (PaymentStatus.REFUNDED, False, ""),
    ],
)
def test_what_cancelling_means_for_what_was_paid_is_said_before(
    paid: PaymentStatus, gives_back: bool, words: str
) -> None:
    appointment = _paid_for(AppointmentStatus.CONFIRMED, paid)
    assert appointment.payment is not None
    payment = appointment.payment.model_copy(update={"gives_back": gives_back})
    assert payment_words(appointment.model_copy(update={"payment": payment}), ENGLISH)["back_note"] == words
