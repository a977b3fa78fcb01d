"""Signatures as the Standard Webhooks specification wants them; the first is a vector of its reference libraries."""

from datetime import UTC, datetime

from services.notifier.model import signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = signing.secret_text(b"k" * signing.SECRET_BYTES)


def test_a_signature_is_that_of_the_reference_libraries() -> None:
    made = signing.signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_valid_secret_signs_and_the_newest_is_first() -> None:
    at = datetime(2026, 12, 1, 4, tzinfo=UTC)
    headers = signing.headers([OTHER, SECRET], "evt_1", at, b"{}")
    moment = int(at.timestamp())
    assert headers == {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(signing.signature(one, "evt_1", moment, b"{}") for one in (OTHER, SECRET)),
    }


def test_a_secret_is_marked_and_holds_its_key() -> None:
    assert OTHER.startswith("whsec_")
    assert signing.key_of(OTHER) == b"k" * 32
