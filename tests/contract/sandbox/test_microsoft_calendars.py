"""msgraph-sdk on several calendars of one mailbox: the list, entries, delta and subscriptions of each."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from msgraph.generated.models.subscription import Subscription

from tests.contract.sandbox.graph_client import (
    CalendarDeltaQuery,
    CalendarsQuery,
    CalendarViewQuery,
    GraphUser,
    ODataError,
    RequestConfiguration,
    an_event,
    code_of,
)
from tests.contract.sandbox.listener import listening
from tests.waiting import eventually

pytestmark = [  # the Graph client warns of names of its own, each when it is first used
    pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
]
ME = "staff002@example.jp"
WINDOW = {"start_date_time": "2032-05-01T00:00:00Z", "end_date_time": "2032-06-01T00:00:00Z"}


@pytest.fixture
async def private(graph_hand: httpx.AsyncClient) -> AsyncIterator[str]:
    """A second calendar of the person's."""
    made = await graph_hand.post("/inspect/microsoft/calendars", json={"user": ME, "name": "私用"})
    yield made.json()["id"]
    await graph_hand.post(f"/inspect/microsoft/calendars/{made.json()['id']}/delete")


async def test_the_list_has_every_calendar(graph_user: GraphUser, private: str, graph_hand: httpx.AsyncClient) -> None:
    body = {"user": ME, "name": "祝日", "canEdit": False}
    readable = (await graph_hand.post("/inspect/microsoft/calendars", json=body)).json()["id"]
    calendars = graph_user.me.calendars
    page = await calendars.get(RequestConfiguration(query_parameters=CalendarsQuery(top=2)))
    rest = await calendars.with_url(page.odata_next_link).get()
    found = {one.id: one for one in page.value + rest.value}

    assert [page.value[0].is_default_calendar, found[private].is_default_calendar] == [True, False]
    assert [found[one].can_edit for one in (page.value[0].id, private, readable)] == [True, True, False]
    with pytest.raises(ODataError) as caught:
        await calendars.by_calendar_id(readable).events.post(an_event())
    assert code_of(caught) == (403, "ErrorAccessDenied")
    await graph_hand.post(f"/inspect/microsoft/calendars/{readable}/delete")
    with pytest.raises(ODataError) as caught:
        await calendars.by_calendar_id(readable).events.get()
    assert code_of(caught) == (404, "ErrorItemNotFound")


async def test_an_entry_stands_in_one_calendar_only(graph_user: GraphUser, private: str) -> None:
    calendar = graph_user.me.calendars.by_calendar_id(private)
    made = await calendar.events.post(an_event("2032-05-04"))
    seen = await calendar.calendar_view.get(RequestConfiguration(query_parameters=CalendarViewQuery(**WINDOW)))
    usual = await graph_user.me.calendar_view.get(RequestConfiguration(query_parameters=CalendarViewQuery(**WINDOW)))

    assert [one.id for one in seen.value] == [made.id]
    assert made.id not in {one.id for one in usual.value}
    assert (await graph_user.me.events.by_event_id(made.id).get()).subject == "打ち合わせ"


async def test_each_calendar_has_a_delta_of_its_own(graph_user: GraphUser, private: str) -> None:
    calendar = graph_user.me.calendars.by_calendar_id(private)
    delta = calendar.calendar_view.delta
    first = await delta.get(RequestConfiguration(query_parameters=CalendarDeltaQuery(**WINDOW)))
    await graph_user.me.events.post(an_event("2032-05-05"))
    made = await calendar.events.post(an_event("2032-05-05"))
    second = await delta.with_url(first.odata_delta_link).get()

    assert first.value == []
    assert [one.id for one in second.value] == [made.id]


async def test_a_subscription_tells_of_its_calendar_only(graph_user: GraphUser, private: str) -> None:
    async with listening() as listener:
        wanted = Subscription(
            change_type="created,updated,deleted",
            notification_url=listener.url,
            resource=f"me/calendars/{private}/events",
            expiration_date_time=datetime.now(UTC) + timedelta(days=3),
            client_state="secret",
        )
        made = await graph_user.client.subscriptions.post(wanted)
        await graph_user.me.events.post(an_event("2032-05-06"))
        event = await graph_user.me.calendars.by_calendar_id(private).events.post(an_event("2032-05-06"))
        await eventually(lambda: listener.posts)
        await graph_user.client.subscriptions.by_subscription_id(made.id).delete()
    told = [one["resourceData"]["id"] for post in listener.posts for one in json.loads(post.body)["value"]]
    assert told == [event.id]
