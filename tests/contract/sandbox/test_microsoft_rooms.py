"""Rooms at the sandbox's Microsoft, with Microsoft's own client: places, getSchedule, and what rooms answer."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.infrastructure.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.contract.sandbox.graph_client import GraphUser, Rerouted

pytestmark = [
    pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
]
UMEDA, NAMBA, OSAKA = "room-umeda@example.jp", "room-namba@example.jp", "rooms-osaka@example.jp"


@pytest.fixture
async def keeper(sandbox: Sandbox, msal_transport: "Rerouted") -> AsyncIterator["GraphUser"]:
    """Somebody who granted the extra scope."""
    from tests.contract.sandbox.graph_client import SCOPES, GraphUser, msal_app, sign_in

    app = msal_app(sandbox.base_url, msal_transport)
    token = sign_in(sandbox.base_url, "staff002@example.jp", app, [*SCOPES, "Place.Read.All"])["access_token"]
    user = GraphUser(sandbox.base_url, "staff002@example.jp", token)
    yield user
    await user.aclose()
    assert user.exchanges.violations() == []


async def said(user: "GraphUser", event_id: str) -> dict[str, str]:
    event = await user.me.events.by_event_id(event_id).get()
    assert event is not None
    found: dict[str, str] = {}
    for one in event.attendees or []:
        assert one.email_address is not None
        found[str(one.email_address.address)] = str(getattr(getattr(one.status, "response", None), "value", None))
    return found


async def invite(user: "GraphUser", room: str, day: str) -> str:
    from tests.contract.sandbox.graph_client import a_room, an_event

    made = await user.me.events.post(an_event(day, attendees=[a_room(room)]))
    assert made is not None
    return str(made.id)


async def test_room_lists_and_their_rooms(keeper: "GraphUser") -> None:
    lists = await keeper.client.places.graph_room_list.get()
    rooms = await keeper.client.places.by_place_id(OSAKA).graph_room_list.rooms.get()
    everything = await keeper.client.places.graph_room.get()
    assert lists is not None
    assert rooms is not None
    assert everything is not None

    assert [one.display_name for one in lists.value or []] == ["大阪支社", "名古屋支社"]
    found = [(one.display_name, one.email_address, one.capacity) for one in rooms.value or []]
    assert found == [("梅田", UMEDA, 6), ("難波", NAMBA, 12)]
    assert len(everything.value or []) == 4


async def test_pages_of_rooms_lead_to_one_another(keeper: "GraphUser") -> None:
    from kiota_abstractions.base_request_configuration import RequestConfiguration

    request: Any = keeper.client.places.graph_room
    query = type(request).GraphRoomRequestBuilderGetQueryParameters(top=3, count=True)
    configuration = RequestConfiguration(query_parameters=query)
    first = await request.get(request_configuration=configuration)
    second = await request.with_url(first.odata_next_link).get()

    assert (len(first.value), first.odata_count, len(second.value), second.odata_next_link) == (3, 4, 1, None)


async def test_places_need_the_extra_scope(graph_user: "GraphUser") -> None:
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError

    from tests.contract.sandbox.graph_client import code_of

    with pytest.raises(ODataError) as caught:
        await graph_user.client.places.graph_room_list.get()
    assert code_of(caught) == (403, "ErrorAccessDenied")


async def test_a_free_room_accepts_and_a_busy_one_declines(graph_user: "GraphUser") -> None:
    first, second = [await invite(graph_user, UMEDA, "2031-04-01") for _ in range(2)]

    assert await said(graph_user, first) == {UMEDA: "accepted"}
    assert await said(graph_user, second) == {UMEDA: "declined"}


async def test_a_room_s_schedule_shows_what_it_accepted(graph_user: "GraphUser") -> None:
    from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
        GetSchedulePostRequestBody,
    )

    from tests.contract.sandbox.graph_client import graph_time

    await invite(graph_user, NAMBA, "2031-04-02")
    body = GetSchedulePostRequestBody(
        schedules=[NAMBA],
        start_time=graph_time("2031-04-02T12:00:00"),
        end_time=graph_time("2031-04-02T15:00:00"),
        availability_view_interval=60,
    )
    answer = await graph_user.me.calendar.get_schedule.post(body)
    assert answer is not None
    assert [one.availability_view for one in answer.value or []] == ["020"]


async def test_another_time_asks_the_room_anew_and_a_deleted_event_releases_it(graph_user: "GraphUser") -> None:
    from msgraph.generated.models.event import Event

    from tests.contract.sandbox.graph_client import graph_time

    first, second = [await invite(graph_user, UMEDA, "2031-04-03") for _ in range(2)]
    later = Event(start=graph_time("2031-04-03T16:00:00"), end=graph_time("2031-04-03T17:00:00"))
    await graph_user.me.events.by_event_id(second).patch(later)
    assert await said(graph_user, second) == {UMEDA: "accepted"}

    await graph_user.me.events.by_event_id(first).delete()
    assert await said(graph_user, await invite(graph_user, UMEDA, "2031-04-03")) == {UMEDA: "accepted"}
