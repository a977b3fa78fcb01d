"""msgraph-sdk against the sandbox: views, delta, free/busy, throttling and subscriptions."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)

from tests.contract.sandbox.contracts import contract
from tests.contract.sandbox.graph_client import (
    DeltaQuery,
    GraphUser,
    ODataError,
    RequestConfiguration,
    ViewQuery,
    an_event,
    code_of,
    graph_time,
    prefer,
)
from tests.contract.sandbox.listener import Listener, Posted, listening
from tests.waiting import eventually

pytestmark = [  # the Graph client warns of names of its own, each when it is first used
    pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
]
ME = "staff002@example.jp"
WINDOW = {"start_date_time": "2030-12-01T00:00:00Z", "end_date_time": "2031-01-01T00:00:00+09:00"}


async def test_a_calendar_view_needs_its_window_and_has_pages(graph_user: GraphUser) -> None:
    ids = {(await graph_user.me.events.post(an_event("2031-06-03"))).id for _ in range(3)}
    query = ViewQuery(start_date_time="2031-06-01T00:00:00Z", end_date_time="2031-07-01T00:00:00+09:00", top=2)
    page = await graph_user.me.calendar_view.get(RequestConfiguration(query_parameters=query))
    rest = await graph_user.me.calendar_view.with_url(page.odata_next_link).get()

    assert len(page.value) == 2
    assert {event.id for event in page.value + rest.value} == ids
    assert rest.odata_next_link is None
    with pytest.raises(ODataError) as caught:
        await graph_user.me.calendar_view.get()
    assert code_of(caught) == (400, "ErrorInvalidParameter")


async def test_delta_tells_what_changed_in_its_window(graph_user: GraphUser) -> None:
    kept, moved, deleted = [await graph_user.me.events.post(an_event()) for _ in range(3)]
    page, ids = await _round(graph_user, None)
    assert {kept.id, moved.id, deleted.id} <= set(ids)
    await graph_user.me.events.by_event_id(moved.id).patch(an_event("2035-01-01"))
    await graph_user.me.events.by_event_id(deleted.id).delete()
    outside = await graph_user.me.events.post(an_event("2036-01-01"))
    inside = await graph_user.me.events.post(an_event())
    page, changed = await _round(graph_user, page.odata_delta_link)
    removed = {event_id for event_id, event in changed.items() if "@removed" in event.additional_data}

    assert set(changed) == {moved.id, deleted.id, outside.id, inside.id}
    assert removed == {moved.id, deleted.id, outside.id}
    assert (await _round(graph_user, page.odata_delta_link))[1] == {}


async def _round(graph_user: GraphUser, link: str | None) -> tuple[object, dict[str, object]]:
    """All pages of one round, two events each: the last page and the events by id."""
    found: dict[str, object] = {}
    headers = prefer("odata.maxpagesize=2")
    if link is None:
        query = DeltaQuery(**WINDOW)
        headers.query_parameters = query
        page = await graph_user.me.calendar_view.delta.get(headers)
    else:
        page = await graph_user.me.calendar_view.delta.with_url(link).get(headers)
    while page.odata_next_link:
        found |= {event.id: event for event in page.value}
        page = await graph_user.me.calendar_view.delta.with_url(page.odata_next_link).get(headers)
    return page, found | {event.id: event for event in page.value}


async def test_a_delta_link_that_is_no_longer_known_is_gone(
    graph_user: GraphUser, graph_hand: httpx.AsyncClient
) -> None:
    page, _ = await _round(graph_user, None)
    await graph_hand.put("/inspect/microsoft/settings", json={"expire_delta_tokens": True})
    with pytest.raises(ODataError) as caught:
        await _round(graph_user, page.odata_delta_link)

    assert code_of(caught) == (410, "SyncStateNotFound")


async def test_get_schedule_reports_an_unknown_mailbox_inside_a_200(graph_user: GraphUser) -> None:
    await graph_user.me.events.post(an_event("2031-08-05", show_as=FreeBusyStatus.Tentative))
    body = GetSchedulePostRequestBody(
        schedules=[ME, "nobody@example.jp"],
        start_time=graph_time("2031-08-05T12:00:00"),
        end_time=graph_time("2031-08-05T15:00:00"),
        availability_view_interval=60,
    )
    mine, nobody = (await graph_user.me.calendar.get_schedule.post(body)).value

    assert mine.availability_view == "010"
    assert mine.schedule_items[0].start.date_time == "2031-08-05T04:00:00.0000000"
    assert nobody.error.response_code == "ErrorMailRecipientNotFound"


async def test_the_fifth_request_at_once_is_throttled(graph_user: GraphUser, graph_hand: httpx.AsyncClient) -> None:
    await graph_hand.put("/inspect/microsoft/settings", json={"service_time_s": 0.3})
    headers = {"Authorization": f"Bearer {graph_user.token}"}
    answers = await asyncio.gather(*(graph_hand.get("/microsoft/v1.0/me/calendar", headers=headers) for _ in range(5)))
    throttled = [answer for answer in answers if answer.status_code == 429]

    assert [answer.json()["error"]["code"] for answer in throttled] == ["ApplicationThrottled"]
    assert throttled[0].headers["retry-after"] == "1"


def _violations(post: Posted) -> list[str]:
    checker = contract("microsoft-graph-calendar")
    return checker.webhook("changeNotification", json.loads(post.body)) if checker else []


def _subscription(listener: Listener, **fields: object) -> Subscription:
    return Subscription(
        **(
            {
                "change_type": "created,updated,deleted",
                "notification_url": listener.url,
                "resource": "me/events",
                "expiration_date_time": datetime.now(UTC) + timedelta(days=3),
                "client_state": "secret",
            }
            | fields
        )
    )


async def test_a_subscription_is_made_after_the_handshake_and_tells(
    graph_user: GraphUser, graph_hand: httpx.AsyncClient
) -> None:
    async with listening() as listener:
        listener.statuses = [503]
        made = await graph_user.client.subscriptions.post(_subscription(listener))
        event = await graph_user.me.events.post(an_event())
        silent = {
            "user": ME,
            "subject": "黙って",
            "start": "2030-12-09T09:00:00+09:00",
            "end": "2030-12-09T10:00:00+09:00",
        }
        await graph_hand.post("/inspect/microsoft/events", json=silent | {"notify": False})
        await eventually(lambda: len(listener.posts) >= 2)
        renewed = Subscription(expiration_date_time=datetime.now(UTC) + timedelta(days=6))
        longer = await graph_user.client.subscriptions.by_subscription_id(made.id).patch(renewed)
        await graph_user.client.subscriptions.by_subscription_id(made.id).delete()

    assert [_violations(post) for post in listener.posts] == [[], []]
    told = json.loads(listener.posts[1].body)["value"]
    assert [(one["changeType"], one["clientState"], one["subscriptionId"]) for one in told] == [
        ("created", "secret", made.id)
    ]
    assert told[0]["resourceData"]["id"] == event.id
    assert longer.expiration_date_time > made.expiration_date_time


async def test_lifecycle_notifications_go_to_their_own_address(
    graph_user: GraphUser, graph_hand: httpx.AsyncClient
) -> None:
    async with listening() as listener, listening() as other:
        made = await graph_user.client.subscriptions.post(_subscription(listener, lifecycle_notification_url=other.url))
        told = f"/inspect/microsoft/subscriptions/{made.id}/lifecycle"
        await graph_hand.post(told, json={"event": "missed"})
        await eventually(lambda: other.posts)
        await graph_user.client.subscriptions.by_subscription_id(made.id).reauthorize.post()
        await graph_hand.post(told, json={"event": "subscriptionRemoved"})
        await eventually(lambda: len(other.posts) == 2)
        with pytest.raises(ODataError) as caught:
            await graph_user.client.subscriptions.by_subscription_id(made.id).get()

    assert [_violations(post) for post in other.posts] == [[], []]
    (missed,) = json.loads(other.posts[0].body)["value"]
    assert (missed["lifecycleEvent"], missed["clientState"]) == ("missed", "secret")
    assert (listener.posts, code_of(caught)[0]) == ([], 404)


async def test_without_the_handshake_there_is_no_subscription(graph_user: GraphUser) -> None:
    async with listening() as listener:
        listener.validates = False
        with pytest.raises(ODataError) as caught:
            await graph_user.client.subscriptions.post(_subscription(listener))

    assert code_of(caught) == (400, "InvalidRequest")


async def test_a_subscription_cannot_live_longer_than_a_week(graph_user: GraphUser) -> None:
    async with listening() as listener:
        late = datetime.now(UTC) + timedelta(days=30)
        with pytest.raises(ODataError) as caught:
            await graph_user.client.subscriptions.post(_subscription(listener, expiration_date_time=late))

    assert code_of(caught) == (400, "InvalidRequest")
