"""Webhooks on the real broker and database, to a real HTTP server (X1): who gets what, once, signed, and in time."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.endpoints import Endpoints
from services.notifier.usecases.measure_webhooks import MeasureWebhooks
from services.notifier.webhook_deliveries import Deliveries
from shared import clock
from shared.contracts.booking import AppointmentConfirmed, Outcome, OutcomeRecorded
from shared.mongo import Database
from shared.observability.metrics import REGISTRY
from tests.infrastructure.broker import Broker
from tests.infrastructure.receiver import Receiver, receiving
from tests.infrastructure.service import listening
from tests.integration.notifier.conftest import NewNotifier, PostOffice
from tests.integration.notifier.hooks import CONFIRMED, Desk, at_the_desk, follow_a_clock, is_signed_with, move
from tests.unit.notifier.builders import APPOINTMENT_ID, ORGANIZATION_ID, an_appointment, an_event, canceled, confirmed
from tests.waiting import eventually


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def desk(new_notifier: NewNotifier) -> AsyncIterator[Desk]:
    async with at_the_desk(new_notifier) as desk:
        yield desk


async def test_an_event_reaches_whoever_wants_it_signed_and_without_what_is_sealed(
    desk: Desk, receiver: Receiver
) -> None:
    one = await desk.make(receiver.url("/one"), CONFIRMED)
    await desk.make(receiver.url("/other"), "zoom_issuer.*")
    await desk.make(receiver.url("/foreign"), "*", x_organization_id="org_other")
    event = confirmed()
    await desk.notifier.hear(event)
    got = (await eventually(lambda: receiver.on("/one")))[0]
    assert (got.id, got.headers["content-type"]) == (event.id, "application/cloudevents+json")
    assert is_signed_with(got, one["secret"])
    said = json.loads(event.to_wire())
    assert got.event == {**said, "data": {**said["data"], "sealed": ""}}
    delivery = await desk.has_status(one, "delivered")
    assert (delivery["event"], delivery["subject"], delivery["log"][0]["status_code"]) == (
        CONFIRMED,
        event.subject,
        204,
    )
    assert {one.path for one in receiver.received} == {"/one"}


async def test_g10_an_event_that_comes_thrice_is_one_delivery(desk: Desk, receiver: Receiver) -> None:
    one = await desk.make(receiver.url(), "*")
    event, later = confirmed(), canceled(an_appointment(revision=2))
    await desk.notifier.hear(event, event)
    await desk.has_status(one, "delivered")
    await desk.notifier.hear(event, later)
    await eventually(lambda: later.id in [got.id for got in receiver.received])
    own = [got.id for got in receiver.received if got.id in (event.id, later.id)]
    assert sorted(own) == sorted([event.id, later.id])


async def test_g10_what_the_broker_delivers_again_after_a_cut_is_one_delivery(
    desk: Desk, receiver: Receiver, emptied_broker: Broker
) -> None:
    one = await desk.make(receiver.url(), CONFIRMED)
    events = [confirmed(an_appointment(appointment_id=f"apt_{number}")) for number in range(20)]
    async with listening(emptied_broker.url()) as bus:
        for event in events:
            await bus.publish(event)
        await emptied_broker.close_connections("notifier")
    wanted = {event.id for event in events}
    await eventually(lambda: wanted <= {got.id for got in receiver.received}, timeout=40)

    async def all_told() -> bool:
        found = await desk.deliveries(one, "?limit=100")
        return sorted(entry["event_id"] for entry in found if entry["status"] == "delivered") == sorted(wanted)

    await eventually(all_told)
    assert len(receiver.received) == len(events)


async def test_an_event_that_only_webhooks_want_and_one_that_mails_cannot_read_go_out_too(
    desk: Desk, receiver: Receiver
) -> None:
    await desk.make(receiver.url(), "booking.*")
    outcome = an_event(
        OutcomeRecorded(appointment=an_appointment(), sealed="s", outcome=Outcome.COMPLETED), subject="apt_9"
    )
    unreadable = an_event(AppointmentConfirmed(appointment=an_appointment(), sealed="unreadable"), subject="apt_8")
    await desk.notifier.hear(outcome, unreadable)
    await eventually(lambda: {got.id for got in receiver.received} == {outcome.id, unreadable.id})


async def test_a_failed_try_is_repeated_with_the_same_id_and_the_log_tells_both(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    follow_a_clock(monkeypatch, tmp_path)
    one = await desk.make(receiver.url())
    receiver.will_answer("/hook", 500, "壊れています".encode())
    await desk.notifier.hear(confirmed())
    waiting = await desk.has_status(one, "waiting")
    assert waiting["log"][0] | {"at": "", "duration_ms": 0} == {
        "at": "",
        "duration_ms": 0,
        "status_code": 500,
        "error": "status",
        "body": "壊れています",
    }
    assert waiting["next_try_at"] is not None
    receiver.will_answer("/hook", 200)
    move(timedelta(seconds=6))
    delivered = await desk.has_status(one, "delivered", tries=2)
    assert [entry["status_code"] for entry in delivered["log"]] == [500, 200]
    assert len({got.id for got in receiver.received}) == 1

    async def well() -> bool:
        return (await desk.show(one))["failing_since"] is None

    await eventually(well)


async def test_an_endpoint_that_is_down_for_a_day_is_disabled_with_a_mail_and_nothing_is_lost(
    desk: Desk, receiver: Receiver, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    follow_a_clock(monkeypatch, tmp_path)
    one = await desk.make(receiver.url())
    receiver.will_answer("/hook", 503)
    first = confirmed()
    await desk.notifier.hear(first)
    for tries in range(1, 9):
        await desk.has_status(one, "failed" if tries == 8 else "waiting", tries=tries)
        if tries < 8:
            move(timedelta(hours=11))

    async def disabled() -> bool:
        return not (await desk.show(one))["enabled"]

    await eventually(disabled)
    assert (await desk.show(one))["disabled_for"] == "failing"
    told = await eventually(lambda: [mail for mail in post_office.taken if "Webhook" in mail.subject])
    assert (told[0].subject, told[0].recipients) == ("【Chosei】[注意!]Webhookを停止しました", ("admin@example.jp",))
    second = canceled(an_appointment(revision=2))
    await desk.notifier.hear(second)

    async def missed() -> bool:
        return [one["event_id"] for one in await desk.deliveries(one, "?status=missed")] == [second.id]

    await eventually(missed)
    refused = await desk.ask("POST", f"/{one['id']}/replay", {"since": "2026-01-01T00:00:00Z"})
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_disabled")
    receiver.received.clear()
    receiver.will_answer("/hook", 200)
    await desk.ask("PATCH", f"/{one['id']}", {"enabled": True})
    replayed = await desk.ask("POST", f"/{one['id']}/replay", {"since": "2026-01-01T00:00:00Z"})
    assert replayed.json() == {"count": 2}
    await eventually(lambda: sorted(got.id for got in receiver.received) == sorted([first.id, second.id]))
    assert len([mail for mail in post_office.taken if "Webhook" in mail.subject]) == 1


async def test_410_disables_at_once(desk: Desk, receiver: Receiver, post_office: PostOffice) -> None:
    one = await desk.make(receiver.url())
    receiver.will_answer("/hook", 410)
    await desk.notifier.hear(confirmed())
    await eventually(lambda: [mail for mail in post_office.taken if "410 Gone" in mail.text])
    assert (await desk.show(one))["disabled_for"] == "gone"
    missed = await desk.has_status(one, "missed")
    assert missed["next_try_at"] is None


async def test_while_a_secret_is_replaced_both_sign(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    follow_a_clock(monkeypatch, tmp_path)
    one = await desk.make(receiver.url())
    rotated = await desk.ask("POST", f"/{one['id']}/rotate-secret", {"old_valid_hours": 1}, idempotency_key="k")
    again = await desk.ask("POST", f"/{one['id']}/rotate-secret", {"old_valid_hours": 1}, idempotency_key="k")
    fresh = rotated.json()["secret"]
    assert again.json()["secret"] == fresh != one["secret"]
    await desk.notifier.hear(confirmed())
    both = (await eventually(lambda: receiver.received))[0]
    assert is_signed_with(both, one["secret"])
    assert is_signed_with(both, fresh)
    move(timedelta(hours=2))
    await desk.notifier.hear(canceled(an_appointment(revision=2)))
    await eventually(lambda: len(receiver.received) == 2)
    assert is_signed_with(receiver.received[1], fresh)
    assert not is_signed_with(receiver.received[1], one["secret"])


async def test_one_delivery_is_sent_again_by_hand(desk: Desk, receiver: Receiver) -> None:
    one = await desk.make(receiver.url())
    await desk.notifier.hear(confirmed())
    delivery = await desk.has_status(one, "delivered")
    path = f"/{one['id']}/deliveries/{delivery['id']}"
    assert (await desk.ask("GET", path)).json()["payload"]["id"] == delivery["event_id"]
    assert (await desk.ask("POST", f"{path}/retry")).status_code == 202
    await desk.has_status(one, "delivered", tries=2)
    assert [got.id for got in receiver.received] == [delivery["event_id"]] * 2
    assert (await desk.ask("POST", f"/{one['id']}/deliveries/whd_no/retry")).status_code == 404


async def test_an_endpoint_is_made_once_for_a_key_changed_by_version_and_removed(
    desk: Desk, receiver: Receiver
) -> None:
    one = await desk.make(receiver.url(), idempotency_key="k")
    assert await desk.make(receiver.url(), idempotency_key="k") == one
    stale = await desk.ask("PATCH", f"/{one['id']}", {"description": "x"}, if_match='"r7"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    changed = await desk.ask("PATCH", f"/{one['id']}", {"description": "CRM"}, if_match='"r1"')
    assert (changed.json()["version"], changed.json()["description"]) == (2, "CRM")
    assert "secret" not in changed.json()
    assert (await desk.ask("DELETE", f"/{one['id']}")).json()["id"] == one["id"]
    assert (await desk.ask("GET", f"/{one['id']}")).status_code == 404
    assert (await desk.ask("GET")).json()["items"] == []


async def test_others_and_members_see_nothing(desk: Desk, receiver: Receiver) -> None:
    one = await desk.make(receiver.url())
    path = f"/{one['id']}"
    for method, where in [("GET", path), ("DELETE", path), ("GET", f"{path}/deliveries")]:
        assert (await desk.ask(method, where, x_organization_id="org_other")).status_code == 404
        assert (await desk.ask(method, where, x_role="member")).status_code == 403
    assert (await desk.ask("GET", x_role="member")).status_code == 403
    assert (await desk.ask("GET", x_organization_id="org_other")).json()["items"] == []


async def test_the_log_is_read_page_by_page(desk: Desk, receiver: Receiver) -> None:
    one = await desk.make(receiver.url())
    events = [confirmed(an_appointment(appointment_id=f"apt_{number}")) for number in range(5)]
    await desk.notifier.hear(*events)
    await eventually(lambda: len(receiver.received) == 5)
    seen, cursor = [], ""
    for _ in range(3):
        page = (await desk.ask("GET", f"/{one['id']}/deliveries?limit=2{cursor}")).json()
        seen += [item["event_id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(event.id for event in events)
    assert page["next_cursor"] is None
    assert (await desk.ask("GET", f"/{one['id']}/deliveries?cursor=x")).json()["code"] == "cursor_invalid"


async def test_what_was_sent_of_an_appointment_can_be_erased(desk: Desk, receiver: Receiver) -> None:
    one = await desk.make(receiver.url())
    await desk.notifier.hear(confirmed(an_appointment(appointment_id="apt_gone")), confirmed())
    await eventually(lambda: len(receiver.received) == 2)
    deliveries = Deliveries(desk.notifier.database, timedelta(days=1))
    assert await deliveries.forget_about("org_other", ["apt_gone"]) == 0
    assert await deliveries.forget_about(ORGANIZATION_ID, ["apt_gone"]) == 1
    assert [left["subject"] for left in await desk.deliveries(one)] == [APPOINTMENT_ID]


async def test_endpoints_are_counted_by_how_they_fare(database: Database) -> None:
    endpoints = Endpoints(database)
    now = clock.now()
    states = [(True, None), (True, None), (True, now), (False, now)]
    await endpoints.collection.insert_many([{"enabled": on, "failing_since": since} for on, since in states])
    await MeasureWebhooks(endpoints)()
    found = {
        state: REGISTRY.get_sample_value("chosei_webhook_endpoints", {"state": state})
        for state in ("working", "failing", "disabled")
    }
    assert found == {"working": 2, "failing": 1, "disabled": 1}
