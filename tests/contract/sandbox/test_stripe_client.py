"""The sandbox's Stripe, used by Stripe's own Python client: Checkout, refunds, events, keys and signatures (H13)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
import stripe

from tests.contract.sandbox.listener import Listener, listening
from tests.infrastructure.sandbox import Sandbox
from tests.waiting import eventually

SECRET = "whsec_test"


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    base: Any = {"api": f"{sandbox.base_url}/stripe"}
    return stripe.StripeClient(
        "sk_test_chosei",
        base_addresses=base,
        max_network_retries=0,
        http_client=stripe.RequestsClient(verify_ssl_certs=False),
    )


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.base_url, trust_env=False) as http:
        yield http
        http.put("/inspect/stripe/webhook", json={"url": "", "copies": 1, "refunds_wait": False})
        http.put("/inspect/faults", json={"rules": []})


@pytest.fixture
async def app(http: httpx.Client) -> AsyncIterator[Listener]:
    async with listening() as listener:
        wish = {"url": listener.url, "secret": SECRET, "events": [], "retry_after_s": [0.05, 0.05, 0.05]}
        http.put("/inspect/stripe/webhook", json=wish)
        yield listener


def _wish(**changes: Any) -> Any:
    product = {"name": "相談 & <30分>"}
    return {
        "mode": "payment",
        "line_items": [
            {"price_data": {"currency": "jpy", "unit_amount": 5500, "product_data": product}, "quantity": 1}
        ],
        "success_url": "http://127.0.0.1:9/a/token?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/a/token",
        "client_reference_id": "apt_1",
        "customer_email": "hanako@example.jp",
        "metadata": {"appointment_id": "apt_1"},
        "payment_intent_data": {"metadata": {"appointment_id": "apt_1"}},
    } | changes


def _create(client: stripe.StripeClient, key: str | None = None, **changes: Any) -> stripe.checkout.Session:
    options: Any = {"idempotency_key": key} if key else {}
    return client.v1.checkout.sessions.create(_wish(**changes), options)


def _press(http: httpx.Client, session: stripe.checkout.Session, action: str) -> httpx.Response:
    return http.post(str(session.url), data={"action": action})


def _events(app: Listener) -> list[stripe.Event]:
    """Verified by Stripe's own code; the sandbox's clock may have been moved."""
    return [
        stripe.Webhook.construct_event(  # type: ignore[no-untyped-call]
            posted.body, posted.headers["stripe-signature"], SECRET, tolerance=400 * 86_400
        )
        for posted in app.posts
    ]


def test_a_session_is_open_until_it_is_paid_on_its_page(client: stripe.StripeClient, http: httpx.Client) -> None:
    session = _create(client)
    declined = _press(http, session, "decline")
    still = client.v1.checkout.sessions.retrieve(session.id)
    paid = _press(http, session, "pay")
    after = client.v1.checkout.sessions.retrieve(session.id)

    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 5500)
    assert (declined.status_code, still.status, still.payment_intent) == (402, "open", None)
    assert paid.status_code == 303
    assert paid.headers["location"] == f"http://127.0.0.1:9/a/token?session={session.id}"
    assert (after.status, after.payment_status, after.url) == ("complete", "paid", None)
    assert after.metadata is not None
    assert after.metadata["appointment_id"] == "apt_1"


def test_what_was_paid_is_given_back_once(client: stripe.StripeClient, http: httpx.Client) -> None:
    session = _create(client)
    _press(http, session, "pay")
    payment = client.v1.payment_intents.retrieve(str(client.v1.checkout.sessions.retrieve(session.id).payment_intent))
    refund = client.v1.refunds.create(
        {"payment_intent": payment.id, "reason": "requested_by_customer"}, {"idempotency_key": f"refund-{payment.id}"}
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": payment.id})

    assert (payment.status, payment.amount_received, payment.metadata["appointment_id"]) == ("succeeded", 5500, "apt_1")
    assert (refund.status, refund.amount) == ("succeeded", 5500)
    assert refused.value.code == "charge_already_refunded"
    assert [one.id for one in client.v1.refunds.list({"payment_intent": payment.id}).data] == [refund.id]
    assert client.v1.refunds.retrieve(refund.id).payment_intent == payment.id


def test_the_same_key_and_parameters_have_the_same_answer(client: stripe.StripeClient) -> None:
    wish = _wish()
    options: Any = {"idempotency_key": "once"}
    first = client.v1.checkout.sessions.create(wish, options)
    again = client.v1.checkout.sessions.create(wish, options)
    with pytest.raises(stripe.IdempotencyError) as refused:
        _create(client, "once", client_reference_id="apt_2")

    assert again.id == first.id
    assert again.last_response is not None
    assert again.last_response.headers["idempotent-replayed"] == "true"  # type: ignore[index]
    assert refused.value.http_status == 400


def test_a_lost_answer_is_found_by_its_key(client: stripe.StripeClient, http: httpx.Client) -> None:
    rule = {"provider": "stripe", "method": "POST", "path": "/v1/checkout/sessions", "kind": "lost_answer", "times": 1}
    http.put("/inspect/faults", json={"rules": [rule]})
    wish = _wish()
    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(wish, {"idempotency_key": "lost"})
    found = client.v1.checkout.sessions.create(wish, {"idempotency_key": "lost"})

    made = [one["id"] for one in http.get("/inspect/stripe/sessions").json()["items"]]
    calls = http.get("/inspect/calls", params={"provider": "stripe", "path": "/v1/checkout/sessions"}).json()["items"]
    assert made[0] == found.id
    assert [call["fault"] for call in calls[-2:]] == ["lost_answer", None]


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"success_url": "/a/token"}, "success_url"),
        ({"expires_at": 1}, "expires_at"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"line_items": []}, "line_items"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_parameters_are_checked(client: stripe.StripeClient, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _create(client, **changes)
    assert (refused.value.http_status, refused.value.param) == (400, param)


def test_too_little_is_refused(client: stripe.StripeClient) -> None:
    cheap = {"currency": "jpy", "unit_amount": 49, "product_data": {"name": "x"}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _create(client, line_items=[{"price_data": cheap, "quantity": 1}])
    assert refused.value.code == "amount_too_small"


def test_unknown_things_and_wrong_keys_are_refused(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    base: Any = {"api": f"{sandbox.base_url}/stripe"}
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        client.v1.checkout.sessions.retrieve("cs_test_none")
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("nonsense", base_addresses=base).v1.checkout.sessions.retrieve("cs_test_none")
    assert (unknown.value.http_status, unknown.value.code) == (404, "resource_missing")


def test_basic_authentication_is_as_good(sandbox: Sandbox) -> None:
    url = f"{sandbox.base_url}/stripe/v1/checkout/sessions"
    answer = httpx.get(
        url, auth=("sk_test_chosei", ""), headers={"stripe-version": "2025-03-31.basil"}, trust_env=False
    )
    assert answer.status_code == 200
    assert answer.headers["stripe-version"] == "2025-03-31.basil"


def test_an_open_session_can_be_expired_once(client: stripe.StripeClient, http: httpx.Client) -> None:
    session = _create(client)
    expired = client.v1.checkout.sessions.expire(session.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert _press(http, session, "pay").status_code == 410


async def test_events_are_signed_and_come_again_until_they_are_taken(
    client: stripe.StripeClient, http: httpx.Client, app: Listener
) -> None:
    app.statuses = [500, 503]
    session = await asyncio.to_thread(_create, client)
    await asyncio.to_thread(_press, http, session, "pay")
    await eventually(lambda: len(app.posts) == 3)

    told = _events(app)
    kept = await asyncio.to_thread(client.v1.events.list, {"type": "checkout.session.completed", "limit": 1})
    assert {event.type for event in told} == {"checkout.session.completed"}
    assert len({event.id for event in told}) == 1
    assert told[0].data.object["id"] == session.id
    assert kept.data[0].id == told[0].id


async def test_a_session_expires_by_the_sandboxs_clock(
    client: stripe.StripeClient, http: httpx.Client, app: Listener
) -> None:
    now = datetime.fromisoformat((await asyncio.to_thread(http.get, "/inspect/clock")).json()["now"])
    in_time = int((now + timedelta(minutes=31)).timestamp())
    session = await asyncio.to_thread(partial(_create, client, expires_at=in_time))
    await asyncio.to_thread(partial(http.post, "/inspect/clock", json={"advance": 32 * 60}))
    await eventually(lambda: "checkout.session.expired" in {event.type for event in _events(app)})
    after = await asyncio.to_thread(client.v1.checkout.sessions.retrieve, session.id)
    assert after.status == "expired"


async def test_a_payment_that_takes_days_is_settled_later(
    client: stripe.StripeClient, http: httpx.Client, app: Listener
) -> None:
    session = await asyncio.to_thread(partial(_create, client, payment_method_types=["card", "konbini"]))
    await asyncio.to_thread(_press, http, session, "konbini")
    between = await asyncio.to_thread(client.v1.checkout.sessions.retrieve, session.id)
    await asyncio.to_thread(http.post, f"/inspect/stripe/sessions/{session.id}/settle", json={"succeeded": True})
    await eventually(lambda: len(app.posts) == 2)

    assert (between.status, between.payment_status) == ("complete", "unpaid")
    assert {event.type for event in _events(app)} == {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
    }


async def test_a_refund_is_told_and_may_fail_later(
    client: stripe.StripeClient, http: httpx.Client, app: Listener
) -> None:
    await asyncio.to_thread(http.put, "/inspect/stripe/webhook", json={"refunds_wait": True})
    session = await asyncio.to_thread(_create, client)
    await asyncio.to_thread(_press, http, session, "pay")
    paid = await asyncio.to_thread(client.v1.checkout.sessions.retrieve, session.id)
    refund = await asyncio.to_thread(client.v1.refunds.create, {"payment_intent": str(paid.payment_intent)})
    await asyncio.to_thread(http.post, f"/inspect/stripe/refunds/{refund.id}/end", json={"succeeded": False})
    await eventually(lambda: "refund.failed" in {event.type for event in _events(app)})
    after = await asyncio.to_thread(client.v1.refunds.retrieve, refund.id)

    assert (refund.status, after.status) == ("pending", "failed")
    assert "charge.refunded" in {event.type for event in _events(app)}
