"""Bookings that are paid first (H13), with the sandbox's Stripe: the time is held, paid for, released, given back."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from tests.integration.booking.page_requests import slots_of
from tests.integration.booking.paying import CANCELED, CONFIRMED, Till
from tests.integration.booking.world import TARO, a_slot_at
from tests.waiting import eventually


async def test_h13_a_booking_is_held_until_it_is_paid_and_nobody_else_hears_of_it(till: Till) -> None:
    page = await till.page()
    booked = await till.booked(page)
    session = (await till.items("sessions"))[0]

    assert (booked["status"], booked["payment"]["status"]) == ("requested", "pending")
    assert booked["checkout_url"] == session["url"]
    assert (session["amount_total"], session["currency"]) == (5500, "jpy")
    assert booked["manage_url"].rpartition("/")[2] not in str(session)
    assert (await till.events(), await till.steps(booked)) == ([], ["held"])
    starts = [slot["start"] for slot in await slots_of(till.world, page)]
    assert booked["start"] not in starts
    refused = await till.book(page)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")


async def _back(till: Till) -> Response:
    """From Stripe, as its page leads there."""
    session = (await till.items("sessions"))[0]
    assert session["success_url"] == session["cancel_url"]
    place, _, token = session["success_url"].rpartition("/")
    assert place == "https://chosei.example/paid"
    return await till.world.client.get("/internal/guest/paid", headers={"x-guest-token": token})


async def test_g23_stripe_learns_a_way_back_that_leads_to_the_guests_page_only_for_a_while(till: Till) -> None:
    booked = await till.booked()
    assert (await _back(till)).json() == {"manage_url": booked["manage_url"]}
    kept = str(await till.world.stores.bookings.appointments.find().to_list(None))
    tokens = [booked["manage_url"], (await till.items("sessions"))[0]["success_url"]]
    assert [token for token in tokens if token.rpartition("/")[2] in kept] == []
    await till.pay(booked)
    await till.forward(timedelta(minutes=60))
    assert (await _back(till)).status_code == 200
    await till.forward(timedelta(minutes=32))
    assert (await _back(till)).status_code == 404
    wrong = await till.world.client.get("/internal/guest/paid", headers={"x-guest-token": "A" * 22})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "not_found")


async def test_h13_the_webhook_confirms_before_the_guest_is_back(till: Till) -> None:
    booked = await till.booked()
    await till.pay(booked)
    await eventually(lambda: till.hooks.posts)
    assert await till.deliver() == [200]

    await till.reaches(booked, "confirmed", "paid")
    assert (await till.events(), await till.steps(booked)) == ([CONFIRMED], ["held", "paid"])
    assert (await till.guest("GET", booked))["checkout_url"] is None


async def test_h13_without_a_webhook_it_is_found_by_asking(till: Till) -> None:
    booked = await till.booked()
    await till.pay(booked, notify=False)
    for _ in range(3):  # the guest is back, and reloads
        await till.guest("GET", booked)
    assert await till.state(booked) == ("requested", "pending")
    await till.forward(timedelta(seconds=40))
    await till.reaches(booked, "confirmed", "paid")


async def test_g10_doubled_and_shuffled_webhooks_confirm_once(till: Till) -> None:
    await till.outside.put("/inspect/stripe/webhook", json={"copies": 3})
    booked = await till.booked()
    paid = await till.pay(booked)
    await till.outside.post(f"/inspect/stripe/payments/{paid['payment_intent']}/refund")
    await eventually(lambda: len(till.hooks.posts) == 9)
    assert set(await till.deliver(*reversed(till.hooks.posts))) == {200}

    await till.reaches(booked, "confirmed", "refunded")
    assert (await till.events()).count(CONFIRMED) == 1
    assert await till.steps(booked) == ["held", "paid", "refunded"]


async def test_g10_a_lost_answer_makes_one_session(till: Till) -> None:
    page = await till.page()
    await till.faults({"method": "POST", "path": "/v1/checkout/sessions", "kind": "lost_answer", "times": 1})
    booked = await till.booked(page)
    assert [one["url"] for one in await till.items("sessions")] == [booked["checkout_url"]]


async def test_h13_where_stripe_is_down_the_time_is_free_at_once(till: Till) -> None:
    page = await till.page()
    await till.faults({"path": "/v1/", "kind": "status", "status": 503})
    refused = await till.book(page)
    assert (refused.status_code, refused.json()["code"]) == (503, "payment_unavailable")
    assert refused.headers["retry-after"]
    await till.faults()
    assert (await till.book(page)).status_code == 202


async def test_g8_the_same_key_leads_to_the_same_checkout(till: Till) -> None:
    page, key = await till.page(), {"idempotency-key": "once"}
    first, again = [await till.book(page, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["checkout_url"] == again.json()["checkout_url"]
    assert len(await till.items("sessions")) == 1


async def test_g10_a_booking_that_died_before_its_checkout_gives_its_time_back(till: Till) -> None:
    page = await till.page()
    booked = await till.booked(page)
    lost = {"$set": {"payment.session_id": None, "payment.checkout_url": None}}
    await till.world.stores.bookings.appointments.update_one({"_id": booked["id"]}, lost)
    await till.forward(timedelta(minutes=2))
    await till.world.due.run_due()
    assert (await till.book(page)).status_code == 202


async def test_h13_what_is_not_paid_in_time_is_free_again(till: Till) -> None:
    page = await till.page()
    booked = await till.booked(page)
    await till.forward(timedelta(minutes=32))
    await till.reaches(booked, "canceled", "expired")
    assert (await till.guest("GET", booked))["checkout_url"] is None
    assert (await till.events(), await till.steps(booked)) == ([], ["held", "released"])
    assert (await till.book(page)).status_code == 202


async def test_g2_while_stripe_cannot_be_asked_the_time_stays_held(till: Till) -> None:
    page = await till.page()
    booked = await till.booked(page)
    await till.pay(booked, notify=False)
    await till.faults({"path": "/v1/", "kind": "status", "status": 500})
    await till.forward(timedelta(minutes=40))
    await till.reaches(booked, "requested", "pending")
    assert (await till.book(page)).status_code == 409
    await till.faults()
    await till.forward(timedelta(minutes=15))
    await till.reaches(booked, "confirmed", "paid")


async def _paid_late(till: Till, page: dict[str, Any]) -> dict[str, Any]:
    """By a method that takes longer than the time is held."""
    booked = await till.booked(page)
    await till.pay(booked, method="konbini", notify=False)
    await till.forward(timedelta(minutes=32))
    await till.reaches(booked, "canceled", "pending")
    return booked


async def _settle(till: Till, booked: dict[str, Any], *, succeeded: bool = True) -> None:
    session = booked["checkout_url"].rpartition("/")[2]
    await till.outside.post(f"/inspect/stripe/sessions/{session}/settle", json={"succeeded": succeeded})
    await eventually(lambda: till.hooks.posts)
    await till.deliver()


async def test_h13_paid_late_it_is_confirmed_where_the_time_is_still_free(till: Till) -> None:
    page = await till.page()
    booked = await _paid_late(till, page)
    await _settle(till, booked)

    await till.reaches(booked, "confirmed", "paid")
    assert await till.items("refunds") == []


async def test_h13_paid_late_it_is_given_back_where_the_time_is_gone_and_both_are_told(till: Till) -> None:
    page = await till.page()
    booked = await _paid_late(till, page)
    second = await till.booked(page)
    await _settle(till, booked)

    await till.reaches(booked, "canceled", "refunded")
    refunds = await till.items("refunds")
    assert [one["amount"] for one in refunds] == [5500]
    assert await till.events() == [CANCELED]
    assert await till.steps(booked) == ["held", "released", "paid", "refunded"]
    (canceled,) = await till.world.published(CANCELED)
    assert canceled.data.appointment.paid.given_back
    assert "返金" in (await till.guest("GET", booked))["cancel_message"]
    assert await till.state(second) == ("requested", "pending")


async def test_h13_a_payment_that_came_to_nothing_is_over(till: Till) -> None:
    booked = await _paid_late(till, await till.page())
    await _settle(till, booked, succeeded=False)

    await till.reaches(booked, "canceled", "failed")


async def test_g2_paid_for_a_time_that_staff_took_meanwhile_it_is_given_back(till: Till) -> None:
    booked = await till.booked()
    slot = a_slot_at(2, 10, minutes=30)
    body = {"kind": "none", "title": "社内", **slot, "attendee_ids": [TARO], "allow_overlap": True, "send_mail": False}
    taken = await till.world.call("POST", "/appointments", body)
    assert taken.status_code == 201, taken.text
    await till.pay(booked, notify=False)
    await till.forward(timedelta(minutes=1))
    await till.reaches(booked, "canceled", "refunded")
    assert len(await till.items("refunds")) == 1


@pytest.mark.parametrize(
    ("rule", "status"), [("never", "paid"), ("until_deadline", "refunded"), ("always", "refunded")]
)
async def test_h13_a_guest_who_cancels_in_time_has_it_back_by_the_pages_rule(
    till: Till, rule: str, status: str
) -> None:
    booked = await till.confirmed(refund=rule)
    await till.guest("POST", booked, "/cancel", {"reason": "都合が悪くなりました"})
    await till.reaches(booked, "canceled", status)
    assert len(await till.items("refunds")) == (status == "refunded")


async def test_h13_what_staff_cancel_is_given_back_whatever_the_rule(till: Till) -> None:
    booked = await till.confirmed(refund="never")
    await till.world.call("DELETE", f"/appointments/{booked['id']}", role="admin")
    await till.reaches(booked, "canceled", "refunded")
    shown = (await till.world.call("GET", f"/appointments/{booked['id']}", role="admin")).json()
    assert (shown["payment"]["status"], shown["payment"]["refund"]) == ("refunded", "done")
    found = {(effect["effect"], effect["status"]) for effect in shown["effects"]}
    assert {("payment", "done"), ("refund", "done")} <= found


async def test_g10_a_refund_whose_answer_was_lost_is_made_once(till: Till) -> None:
    booked = await till.confirmed()
    await till.faults({"method": "POST", "path": "/v1/refunds", "kind": "lost_answer", "times": 1})
    await till.guest("POST", booked, "/cancel", {})
    await till.world.due.run_due()
    shown = (await till.world.call("GET", f"/appointments/{booked['id']}", role="admin")).json()
    waiting = [effect for effect in shown["effects"] if effect["effect"] == "refund"]
    assert [(effect["status"], bool(effect["until"])) for effect in waiting] == [("waiting", True)]
    await till.forward(timedelta(minutes=1))
    await till.reaches(booked, "canceled", "refunded")
    assert len(await till.items("refunds")) == 1


async def test_g9_a_refund_that_the_bank_does_not_take_is_seen(till: Till) -> None:
    await till.outside.put("/inspect/stripe/webhook", json={"refunds_wait": True})
    booked = await till.confirmed()
    await till.guest("POST", booked, "/cancel", {})
    await till.reaches(booked, "canceled", "refunded")
    refund = (await till.items("refunds"))[0]
    await till.outside.post(f"/inspect/stripe/refunds/{refund['id']}/end", json={"succeeded": False})
    await eventually(lambda: any(b"refund.failed" in posted.body for posted in till.hooks.posts))
    await till.deliver()

    async def seen() -> bool:
        await till.world.due.run_due()
        listed = (await till.world.call("GET", "/appointments?troubled=true", role="admin")).json()["items"]
        found = [effect for one in listed for effect in one["effects"] if effect["effect"] == "refund"]
        return [effect["status"] for effect in found] == ["failed"]

    await eventually(seen)
    assert await till.steps(booked) == ["held", "paid", "refunded", "refund_failed"]


async def test_h13_a_guest_who_gives_up_closes_the_checkout_and_frees_the_time(till: Till) -> None:
    page = await till.page()
    booked = await till.booked(page)
    await till.guest("POST", booked, "/cancel", {})
    await till.reaches(booked, "canceled", "expired")
    assert [one["status"] for one in await till.items("sessions")] == ["expired"]
    assert (await till.events(), await till.steps(booked)) == ([], ["held", "released"])
    assert (await till.book(page)).status_code == 202


async def test_x3_a_payment_stands_on_the_timeline(till: Till) -> None:
    booked = await till.confirmed()
    for event in await till.world.published():
        await getattr(till.world.subscribers, "on_" + event.type.split(".")[2])(event)
    entries = (await till.world.call("GET", f"/appointments/{booked['id']}/timeline", role="admin")).json()["items"]
    told = [(one["type"].split(".")[2], one["facts"]["reason"], one["actor"]) for one in entries]
    assert told == [
        ("payment_recorded", "held", "guest"),
        ("payment_recorded", "paid", "guest"),
        ("appointment_confirmed", "", "guest"),
    ]
    assert {(one["facts"]["amount"], one["facts"]["currency"]) for one in entries[:2]} == {(5500, "jpy")}


async def test_g10_paid_in_the_moment_of_giving_up_it_is_given_back(till: Till) -> None:
    booked = await till.booked()
    await till.pay(booked, notify=False)
    await till.guest("POST", booked, "/cancel", {})
    await till.reaches(booked, "canceled", "refunded")


async def test_g26_a_webhook_without_the_right_signature_is_refused(till: Till) -> None:
    booked = await till.booked()
    await till.pay(booked)
    await eventually(lambda: till.hooks.posts)
    posted = till.hooks.posts[0]
    forged = {"body": posted.body.decode().replace("5500", "1"), "query": {}, "headers": posted.headers}
    answer = await till.world.client.post("/internal/notifications/stripe", json=forged)
    assert answer.json()["status"] == 401
    await till.forward(timedelta(minutes=6))
    assert await till.deliver(posted) == [401]
