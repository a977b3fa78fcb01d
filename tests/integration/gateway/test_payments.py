"""Payments on the gateway's side (H13): Stripe's signed webhooks, which booking verifies, and the way back from it."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.booking.usecases.hear_stripe import HearStripe
from shared import clock
from tests.integration.gateway.fakes import (
    GUEST_TOKEN,
    SLOT,
    Answer,
    a_guest_appointment,
    a_problem,
    an_appointment_view,
)
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

SECRET = "whsec_tests"
PAID = {
    "id": "evt_1",
    "type": "checkout.session.completed",
    "data": {"object": {"object": "checkout.session", "metadata": {"appointment_id": "apt_1"}, "name": "ご相談 é"}},
}
CODE = "0123456789abcdefghijkl"


class Looks:
    """What booking would look at; as its store, it takes any number of looks."""

    def __init__(self) -> None:
        self.looked: list[str] = []
        self.woken: list[str] = []

    async def look_now(self, appointment_id: str) -> bool:
        self.looked.append(appointment_id)
        return appointment_id == "apt_1"


@pytest.fixture
def looks(gateway: Installation, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Behind the gateway booking's own verification, over what really went through HTTP."""
    looks = Looks()
    hear = HearStripe(SECRET, looks, looks.woken.append)  # type: ignore[arg-type]
    booking = gateway.parts.backends.booking

    async def send(method: str, path: str, _language: str, *, body: bytes, **_: Any) -> httpx.Response:
        assert (method, path) == ("POST", "/internal/notifications/stripe")
        told = json.loads(body)
        heard = await hear(told["headers"], told["body"].encode())
        return httpx.Response(200, json={"status": heard.status, "text": heard.text})

    monkeypatch.setattr(booking, "send", send)
    return looks


def signed(body: bytes, *, age: timedelta = timedelta(), secret: str = SECRET) -> dict[str, str]:
    at = int((clock.now() - age).timestamp())
    signature = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={at},v1={signature}", "content-type": "application/json; charset=utf-8"}


def said(**changes: Any) -> bytes:
    return json.dumps(PAID | changes, ensure_ascii=False, indent=2).encode()


async def test_h13_a_signed_webhook_is_handed_on_with_its_very_bytes_and_believed(
    gateway: Installation, looks: Looks
) -> None:
    body = said()
    answer = await gateway.anyone.post("/hooks/stripe", content=body, headers=signed(body))
    assert (answer.status_code, answer.text) == (200, "")
    assert (looks.looked, looks.woken) == (["apt_1"], ["apt_1"])


async def test_g10_a_doubled_webhook_is_one_more_look_and_no_more(gateway: Installation, looks: Looks) -> None:
    body = said()
    headers = signed(body)
    answers = [await gateway.anyone.post("/hooks/stripe", content=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert looks.looked == ["apt_1", "apt_1"]


@pytest.mark.parametrize(
    "headers_of",
    [
        lambda body: signed(body, secret="whsec_another"),
        lambda body: signed(body + b" "),
        lambda body: {"stripe-signature": "t=,v1=x"},
        lambda body: {},
    ],
    ids=["another secret", "another body", "malformed", "unsigned"],
)
async def test_g26_a_webhook_that_is_not_signed_for_its_bytes_is_refused(
    gateway: Installation, looks: Looks, headers_of: Callable[[bytes], dict[str, str]]
) -> None:
    body = said()
    assert (await gateway.anyone.post("/hooks/stripe", content=body, headers=headers_of(body))).status_code == 401
    assert looks.looked == []


async def test_g26_a_webhook_that_was_signed_long_ago_is_refused(gateway: Installation, looks: Looks) -> None:
    body = said()
    old = signed(body, age=timedelta(minutes=6))
    assert (await gateway.anyone.post("/hooks/stripe", content=body, headers=old)).status_code == 401
    assert looks.looked == []


async def test_g26_a_body_beyond_all_that_stripe_says_is_refused(gateway: Installation, looks: Looks) -> None:
    body = b" " * (256 * 1024 + 1)
    answer = await gateway.anyone.post("/hooks/stripe", content=body, headers=signed(body))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert looks.looked == []


@pytest.mark.parametrize("kind", ["customer.created", "invoice.paid", "something.new"])
async def test_a_webhook_of_another_kind_is_taken_and_means_nothing(
    gateway: Installation, looks: Looks, kind: str
) -> None:
    body = said(type=kind)
    assert (await gateway.anyone.post("/hooks/stripe", content=body, headers=signed(body))).status_code == 200
    assert looks.looked == []


async def test_while_booking_is_down_stripe_is_to_come_again(gateway: Installation) -> None:
    gateway.services.down.add("booking")
    body = said()
    assert (await gateway.anyone.post("/hooks/stripe", content=body, headers=signed(body))).status_code == 503


async def test_g23_the_way_back_from_stripe_leads_to_the_guests_page(gateway: Installation) -> None:
    way = {"manage_url": f"http://elsewhere.example/a/{GUEST_TOKEN}"}
    gateway.services.says("booking", "GET /internal/guest/paid", Answer(200, way))
    back = await gateway.anyone.get(f"/paid/{CODE}")
    assert (back.status_code, back.headers["location"]) == (303, f"/a/{GUEST_TOKEN}")
    asked = gateway.services.last("booking")
    assert (asked.headers["x-guest-token"], asked.url.path) == (CODE, "/internal/guest/paid")


@pytest.mark.parametrize(("code", "asked"), [(CODE, 1), ("not+a+token", 0)])
async def test_g23_a_way_back_that_is_over_looks_like_one_that_never_was(
    gateway: Installation, code: str, asked: int
) -> None:
    over = await gateway.anyone.get(f"/paid/{code}", headers={"accept-language": "en"})
    assert over.status_code == 404
    assert "If you have paid, the link in your confirmation email shows your booking." in over.text
    assert gateway.services.count("GET", "/internal/guest/paid") == asked


async def test_x6_the_guests_page_names_the_product_and_speaks_the_language_that_was_booked_in(
    gateway: Installation,
) -> None:
    shown = a_guest_appointment(guest_locale="en-US", product_name="Chosei Pro")
    gateway.services.says("booking", "GET /internal/guest/appointment", Answer(200, shown))
    page = await gateway.anyone.get(f"/a/{GUEST_TOKEN}", headers={"accept-language": "ja"})
    assert '<html lang="en"' in page.text
    assert "Chosei Pro" in page.text.partition("<footer")[2]
    chosen = await gateway.anyone.get(f"/a/{GUEST_TOKEN}", headers={"cookie": "lang=ja", "accept-language": "en"})
    assert '<html lang="ja"' in chosen.text


UNPAID = {"amount": 5500, "currency": "jpy", "status": "pending", "expires_at": SLOT["start"]}
AT_STRIPE = "https://dashboard.stripe.com/test/payments/pi_1"


async def test_h13_an_unpaid_booking_waits_for_its_guest_and_not_for_staff(gateway: Installation) -> None:
    view = an_appointment_view(status="requested", payment=UNPAID, requested_until=None)
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    gateway.services.says("booking", "GET /internal/appointments?", Answer(200, {"items": [view], "next_cursor": None}))
    async with gateway.pages("taro@example.jp") as page:
        shown = (await page.get("/appointments/apt_1")).text
        listed = (await page.get("/appointments?period=requests")).text
    assert "お支払い待ち" in shown
    assert "￥5,500" in shown
    assert "/approve" not in shown
    assert "お支払い待ち" in listed
    assert AT_STRIPE not in shown


async def test_h13_staff_free_the_time_of_an_unpaid_booking_unless_it_is_paid_meanwhile(gateway: Installation) -> None:
    view = an_appointment_view(status="requested", payment=UNPAID, requested_until=None)
    says = gateway.services.says
    says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    async with gateway.pages("taro@example.jp") as page:
        shown = (await page.get("/appointments/apt_1")).text
        assert 'data-open="cancel"' in shown
        assert 'data-open="reschedule"' not in shown
        assert "この日時の取り置きをやめ、支払いの手続きを締め切ります。" in shown
        assert "no mail goes out" in (await page.get("/appointments/apt_1?lang=en")).text
        form = {"csrf_token": await token_of(page, "/appointments/apt_1"), "version": "2"}
        freed = await page.post("/appointments/apt_1/cancel", data=form)
        assert freed.headers["location"] == "/appointments/apt_1?said=canceled"
        asked = next(one for one in reversed(gateway.services.asked) if one.method == "POST")
        assert (asked.url.path, asked.headers["if-match"]) == ("/internal/appointments/apt_1/cancel", '"r2"')
        says("booking", "POST /internal/appointments/apt_1/cancel", Answer(412, a_problem(412, "version_mismatch")))
        paid = await page.post("/appointments/apt_1/cancel", data=form)
        assert (paid.status_code, 'data-open="cancel"' in paid.text) == (412, True)
        says("booking", "GET /internal/appointments/apt_1", Answer(200, {**view, "can_change": False}))
        assert 'data-open="cancel"' not in (await page.get("/appointments/apt_1")).text


async def test_h13_what_was_paid_leads_staff_to_stripe_and_cancelling_says_what_is_given_back(
    gateway: Installation,
) -> None:
    view = an_appointment_view(payment={**UNPAID, "status": "paid", "stripe_url": AT_STRIPE})
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    async with gateway.pages("taro@example.jp") as page:
        shown = (await page.get("/appointments/apt_1")).text
    assert f'href="{AT_STRIPE}"' in shown
    assert "お支払い済みの￥5,500は、お客様に全額返金されます。" in shown
