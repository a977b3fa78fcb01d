"""Webhooks (X1): who wants what, how often is tried, when an endpoint is over. No order of outcomes ends elsewhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.model.webhooks import (
    LONGEST_PAUSE,
    RETRY_AFTER,
    Delivery,
    Endpoint,
    Try,
    delivery_id,
    unknown_patterns,
)
from services.notifier.usecases.file_webhooks import without_secrets
from services.notifier.usecases.send_webhooks import Tried, judge
from shared.contracts.api.webhooks import DeliveryStatus, TryError, WhyDisabled
from shared.contracts.catalogue import catalogue, for_webhooks

NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)


def an_endpoint(**changes: Any) -> Endpoint:
    values = {
        "endpoint_id": "whk_1",
        "organization_id": "org_1",
        "url": "https://example.com/hook",
        "events": ("booking.*",),
        "secret": "new",
        "created_at": NOON,
        "created_by": "stf_1",
    }
    return Endpoint(**{**values, **changes})


def a_delivery(**changes: Any) -> Delivery:
    values = {
        "delivery_id": "whd_1",
        "endpoint_id": "whk_1",
        "organization_id": "org_1",
        "event_id": "evt_1",
        "event": "booking.appointment_confirmed.v1",
        "subject": "apt_1",
        "occurred_at": NOON,
        "created_at": NOON,
        "begun_at": NOON,
        "status": DeliveryStatus.WAITING,
        "due_at": NOON,
    }
    return Delivery(**{**values, **changes})


def refused(at: datetime = NOON, status: int = 500, **changes: Any) -> Try:
    return Try(at=at, took_ms=5, status=status, error=TryError.STATUS, **changes)


def taken(at: datetime = NOON) -> Try:
    return Try(at=at, took_ms=5, status=204)


def tried(last: Try, delivery: Delivery | None = None) -> Tried:
    before = delivery or a_delivery()
    return Tried(before, before.after(last, jitter=0.0), last)


def test_endpoints_choose_single_events_services_or_everything() -> None:
    one = an_endpoint(events=("booking.appointment_confirmed.v1", "zoom_issuer.*"))
    assert one.wants("booking.appointment_confirmed.v1")
    assert one.wants("zoom_issuer.meeting_issued.v1")
    assert not one.wants("booking.appointment_canceled.v1")
    assert an_endpoint(events=("*",)).wants("notifier.notification_sent.v1")


def test_only_events_and_services_of_the_catalogue_can_be_chosen() -> None:
    names = ["*", "booking.*", "booking.appointment_confirmed.v1", "booking.appointment_*", "sales.*", "gateway.x.v1"]
    assert unknown_patterns(names, for_webhooks()) == [3, 4, 5]


def test_what_is_bulk_or_a_link_for_one_person_is_not_offered() -> None:
    kept_inside = {event.routing_key for event in catalogue()} - set(for_webhooks())
    assert {"gateway.staff_invited.v1", "calendar_sync.busy_times_changed.v1"} <= kept_inside
    assert "booking.appointment_confirmed.v1" in for_webhooks()


def test_g23_what_is_sealed_stays_inside() -> None:
    event = {"id": "evt_1", "data": {"sealed": "ciphertext", "revision": 1}}
    assert without_secrets(event) == {"id": "evt_1", "data": {"sealed": "", "revision": 1}}
    without = {"id": "evt_1", "data": {"sealed": None}}
    assert without_secrets(without) == without


def test_a_delivery_is_tried_for_over_a_day() -> None:
    delivery, at = a_delivery(), NOON
    for _ in range(len(RETRY_AFTER)):
        delivery = delivery.after(refused(at), jitter=0.0)
        assert delivery.status is DeliveryStatus.WAITING
        assert delivery.due_at is not None
        at = delivery.due_at
    assert timedelta(hours=24) < at - NOON < timedelta(hours=48)
    last = delivery.after(refused(at), jitter=0.0)
    assert (last.status, last.due_at, last.tries) == (DeliveryStatus.FAILED, None, len(RETRY_AFTER) + 1)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.floats(0, 1))
def test_every_history_ends_and_the_log_stays_short(outcomes: list[bool], jitter: float) -> None:
    delivery = a_delivery()
    for succeeded in outcomes:
        if delivery.status is not DeliveryStatus.WAITING:
            assert delivery.due_at is None
            delivery = delivery.model_copy(update={"status": DeliveryStatus.WAITING, "tries": 0, "due_at": NOON})
        before = delivery.tries
        delivery = delivery.after(taken() if succeeded else refused(), jitter=jitter)
        assert delivery.tries == before + 1
        assert len(delivery.log) <= 20
        if delivery.due_at:
            pause = RETRY_AFTER[delivery.tries - 1]
            assert pause <= delivery.due_at - NOON <= pause * 1.11


def test_a_server_may_ask_for_patience_but_not_for_ever() -> None:
    patient = a_delivery().after(refused(status=429, retry_after=timedelta(hours=3)), jitter=0.0)
    assert patient.due_at == NOON + timedelta(hours=3)
    endless = a_delivery().after(refused(status=429, retry_after=timedelta(days=30)), jitter=0.0)
    assert endless.due_at == NOON + LONGEST_PAUSE


def test_a_repeated_event_is_one_delivery_for_each_endpoint() -> None:
    assert delivery_id("whk_1", "evt_1") == delivery_id("whk_1", "evt_1")
    assert len({delivery_id(one, event) for one in ("whk_1", "whk_2") for event in ("evt_1", "evt_2")}) == 4


def test_two_secrets_sign_while_one_is_replaced() -> None:
    rotated = an_endpoint().rotated("newer", key="", old_until=NOON + timedelta(hours=1))
    assert rotated.secrets_at(NOON) == ["newer", "new"]
    assert rotated.secrets_at(NOON + timedelta(hours=1)) == ["newer"]
    assert an_endpoint().rotated("newer", key="", old_until=None).secrets_at(NOON) == ["newer"]


def test_one_success_means_that_it_fares_well() -> None:
    failing = judge(an_endpoint(), [tried(refused(NOON + timedelta(seconds=1))), tried(refused(NOON))])
    assert failing.failing_since == NOON
    assert judge(failing, [tried(refused()), tried(taken())]).failing_since is None


def test_410_ends_an_endpoint_at_once() -> None:
    gone = judge(an_endpoint(), [tried(refused(status=410))])
    assert (gone.enabled, gone.disabled_for, gone.last_problem) == (False, WhyDisabled.GONE, "410")


def test_an_endpoint_is_over_where_nothing_got_through_for_a_whole_delivery() -> None:
    log = tuple(refused(NOON + timedelta(minutes=number)) for number in range(len(RETRY_AFTER)))
    worn = a_delivery(tries=len(RETRY_AFTER), log=log)
    last = refused(NOON + timedelta(days=1))
    dead = judge(an_endpoint(failing_since=NOON), [tried(last, worn)])
    assert dead.disabled_for is WhyDisabled.FAILING
    lucky = judge(an_endpoint(failing_since=NOON + timedelta(hours=1)), [tried(last, worn)])
    assert lucky.enabled


def test_an_overloaded_server_is_left_alone_for_a_while() -> None:
    paused = judge(an_endpoint(), [tried(refused(status=503, retry_after=timedelta(minutes=2)))])
    assert paused.paused_until == NOON + timedelta(minutes=2)
    assert judge(paused, [tried(taken())]).paused_until is None
