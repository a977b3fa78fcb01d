"""msgraph-sdk and msal against the sandbox: tokens and events. Contract violations fail each test."""

import uuid

import httpx
import pytest
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.response_type import ResponseType
from msgraph.generated.users.item.events.item.accept.accept_post_request_body import AcceptPostRequestBody

from tests.contract.sandbox.graph_client import (
    MARK,
    EventsQuery,
    GraphUser,
    ODataError,
    RequestConfiguration,
    Rerouted,
    an_event,
    code_of,
    graph_time,
    marked,
    msal_app,
    person,
    prefer,
    sign_in,
)
from tests.infrastructure.sandbox import Sandbox

pytestmark = [  # the Graph client warns of names of its own, each when it is first used
    pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
]
ME, COLLEAGUE = "staff002@example.jp", "staff004@example.jp"


def test_msal_refreshes_and_the_old_refresh_token_stays_valid(sandbox: Sandbox, msal_transport: Rerouted) -> None:
    app = msal_app(sandbox.base_url, msal_transport)
    first = sign_in(sandbox.base_url, ME, app)["refresh_token"]
    second = app.acquire_token_by_refresh_token(first, ["Calendars.ReadWrite"])["refresh_token"]
    again = app.acquire_token_by_refresh_token(first, ["Calendars.ReadWrite"])

    assert second != first
    assert "access_token" in again


def test_msal_reads_refusals(sandbox: Sandbox, msal_transport: Rerouted) -> None:
    dead = msal_app(sandbox.base_url, msal_transport).acquire_token_by_refresh_token("dead", ["Calendars.ReadWrite"])
    secret = msal_app(sandbox.base_url, msal_transport, secret="wrong").acquire_token_for_client(["x/.default"])

    assert (dead["error"], dead["error_codes"]) == ("invalid_grant", [50173])
    assert (secret["error"], secret["error_codes"]) == ("invalid_client", [7000215])


async def test_the_app_itself_reaches_any_mailbox_but_has_no_me(sandbox: Sandbox, msal_transport: Rerouted) -> None:
    app = msal_app(sandbox.base_url, msal_transport)
    token = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
    itself = GraphUser(sandbox.base_url, ME, token)
    found = await itself.client.users.by_user_id(ME).calendar.get()
    with pytest.raises(ODataError) as caught:
        await itself.me.get()
    await itself.aclose()

    assert found.owner.address == ME
    assert caught.value.response_status_code == 400


async def test_me_is_the_account_and_its_mailbox_has_a_windows_zone(graph_user: GraphUser) -> None:
    me, settings = await graph_user.me.get(), await graph_user.me.mailbox_settings.get()

    assert (me.mail, me.user_principal_name) == (ME, ME)
    assert settings.time_zone == "Tokyo Standard Time"


async def test_answers_are_utc_with_seven_decimals_unless_preferred(graph_user: GraphUser) -> None:
    made = await graph_user.me.events.post(an_event(show_as=FreeBusyStatus.Tentative))
    item = graph_user.me.events.by_event_id(made.id)
    plain, local = await item.get(), await item.get(prefer('outlook.timezone="Asia/Tokyo"'))

    assert (plain.start.date_time, plain.start.time_zone) == ("2030-12-03T04:00:00.0000000", "UTC")
    assert (local.start.date_time, local.start.time_zone) == ("2030-12-03T13:00:00.0000000", "Asia/Tokyo")
    assert (made.show_as, made.original_start_time_zone) == (FreeBusyStatus.Tentative, "Tokyo Standard Time")


async def test_an_unknown_zone_is_refused(graph_user: GraphUser) -> None:
    event = an_event(start=graph_time("2030-12-03T13:00:00", "GMT+6:30"))
    with pytest.raises(ODataError) as caught:
        await graph_user.me.events.post(event)

    assert code_of(caught) == (400, "TimeZoneNotSupportedException")


@pytest.mark.parametrize("status", [400, 409])
async def test_a_transaction_id_works_once(graph_user: GraphUser, graph_hand: httpx.AsyncClient, status: int) -> None:
    await graph_hand.put("/inspect/microsoft/settings", json={"duplicate_transaction": str(status)})
    transaction_id = str(uuid.uuid4())
    made = await graph_user.me.events.post(an_event(transaction_id=transaction_id))
    with pytest.raises(ODataError) as caught:
        await graph_user.me.events.post(an_event(transaction_id=transaction_id))

    assert made.transaction_id == transaction_id
    assert code_of(caught) == (status, "ErrorDuplicateTransactionId")


async def test_a_repeated_transaction_can_answer_the_existing_event(
    graph_user: GraphUser, graph_hand: httpx.AsyncClient
) -> None:
    await graph_hand.put("/inspect/microsoft/settings", json={"duplicate_transaction": "existing"})
    event = an_event(transaction_id=str(uuid.uuid4()))
    first, second = await graph_user.me.events.post(event), await graph_user.me.events.post(event)

    assert first.id == second.id


async def test_an_extended_property_finds_its_event(graph_user: GraphUser) -> None:
    value = f"it's {uuid.uuid4()}"
    made = await graph_user.me.events.post(an_event(single_value_extended_properties=marked(value)))
    quoted = value.replace("'", "''")
    query = EventsQuery(
        filter=f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{quoted}')",
        expand=[f"singleValueExtendedProperties($filter=id eq '{MARK}')"],
    )
    found = (await graph_user.me.events.get(RequestConfiguration(query_parameters=query))).value
    plain = await graph_user.me.events.by_event_id(made.id).get()

    assert [event.id for event in found] == [made.id]
    assert found[0].single_value_extended_properties[0].value == value
    assert plain.single_value_extended_properties is None


async def test_patch_replaces_what_it_names_and_an_old_etag_is_refused(graph_user: GraphUser) -> None:
    made = await graph_user.me.events.post(an_event())
    item = graph_user.me.events.by_event_id(made.id)
    patched = await item.patch(an_event("2030-12-04", subject="変更"))
    late: RequestConfiguration[None] = RequestConfiguration()
    late.headers.add("If-Match", made.additional_data["@odata.etag"])
    with pytest.raises(ODataError) as caught:
        await item.patch(an_event(subject="遅い"), late)

    assert (patched.subject, patched.start.date_time) == ("変更", "2030-12-04T04:00:00.0000000")
    assert code_of(caught) == (412, "ErrorIrresolvableConflict")


async def test_a_deleted_event_is_not_found_and_ids_keep_their_case(graph_user: GraphUser) -> None:
    made = await graph_user.me.events.post(an_event())
    for event_id, expected in (
        (made.id.swapcase(), (400, "ErrorInvalidIdMalformed")),
        (made.id[:-6] + "xAAAA=", (404, "ErrorItemNotFound")),
    ):
        with pytest.raises(ODataError) as caught:
            await graph_user.me.events.by_event_id(event_id).get()
        assert code_of(caught) == expected
    await graph_user.me.events.by_event_id(made.id).delete()
    with pytest.raises(ODataError) as caught:
        await graph_user.me.events.by_event_id(made.id).delete()

    assert code_of(caught) == (404, "ErrorItemNotFound")


async def test_attendees_get_copies_with_ids_of_their_own(
    graph_user: GraphUser, graph_colleague: GraphUser, graph_hand: httpx.AsyncClient
) -> None:
    made = await graph_user.me.events.post(
        an_event("2031-05-06", attendees=[person(COLLEAGUE), person("x@outside.example")])
    )
    (copy,) = await _by_uid(graph_colleague, made.i_cal_u_id)
    await graph_user.me.events.by_event_id(made.id).patch(an_event("2031-05-07"))
    (moved,) = await _by_uid(graph_colleague, made.i_cal_u_id)
    await graph_colleague.me.events.by_event_id(copy.id).accept.post(
        AcceptPostRequestBody(comment="伺います", send_response=True)
    )
    answered = await graph_user.me.events.by_event_id(made.id).get()
    await graph_user.me.events.by_event_id(made.id).delete()
    mailed = (await graph_hand.get("/inspect/microsoft/invitations")).json()["items"]

    assert copy.id != made.id
    assert (copy.is_organizer, copy.response_status.response) == (False, ResponseType.NotResponded)
    assert (moved.id, moved.start.date_time) == (copy.id, "2031-05-07T04:00:00.0000000")
    assert answered.attendees[0].status.response == ResponseType.Accepted
    assert await _by_uid(graph_colleague, made.i_cal_u_id) == []
    kinds = [one["kind"] for one in reversed(mailed) if (one["event_id"], one["to"]) == (made.id, COLLEAGUE)]
    assert kinds == ["invitation", "update", "cancellation"]


async def _by_uid(graph_user: GraphUser, uid: str) -> list[object]:
    query = EventsQuery(filter=f"iCalUId eq '{uid}'")
    found: list[object] = (await graph_user.me.events.get(RequestConfiguration(query_parameters=query))).value
    return found


async def test_another_person_s_mailbox_is_closed(graph_user: GraphUser) -> None:
    with pytest.raises(ODataError) as caught:
        await graph_user.client.users.by_user_id(COLLEAGUE).events.get()

    assert code_of(caught) == (403, "ErrorAccessDenied")
