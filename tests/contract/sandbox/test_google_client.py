"""google-api-python-client and google-auth-oauthlib against the sandbox; contract violations fail each test."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from googleapiclient.errors import HttpError

from tests.contract.sandbox.google_client import GoogleUser, an_event, sign_in
from tests.contract.sandbox.listener import listening
from tests.infrastructure.sandbox import Sandbox
from tests.waiting import eventually

ME, COLLEAGUE = "staff001@example.jp", "staff003@example.jp"


@pytest.fixture
def user(sandbox: Sandbox) -> Iterator[GoogleUser]:
    person = GoogleUser(sandbox.base_url, ME)
    yield person
    person.close()
    assert person.exchanges.violations() == []


@pytest.fixture
def colleague(sandbox: Sandbox) -> Iterator[GoogleUser]:
    person = GoogleUser(sandbox.base_url, COLLEAGUE)
    yield person
    person.close()
    assert person.exchanges.violations() == []


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.base_url, trust_env=False) as client:
        yield client
        client.put("/inspect/google/settings", json={"user_limit_per_minute": 600, "rate_limit_status": 403})


def new_id() -> str:
    return uuid.uuid4().hex


def refusal(call: Any) -> tuple[int, str]:
    """Status and reason of the error that a call ends in."""
    with pytest.raises(HttpError) as caught:
        call()
    return caught.value.status_code, caught.value.error_details[0]["reason"]


def test_a_refresh_gives_a_new_access_token_and_keeps_the_refresh_token(user: GoogleUser) -> None:
    before, refresh_token = user.credentials.token, user.credentials.refresh_token
    user.credentials.refresh(Request())

    assert refresh_token
    assert user.credentials.token != before
    assert user.credentials.refresh_token == refresh_token


def test_without_consent_a_known_account_gives_no_refresh_token(sandbox: Sandbox, user: GoogleUser) -> None:
    again = sign_in(sandbox.base_url, ME, prompt="select_account")

    assert again.credentials.refresh_token is None


def test_a_revoked_grant_cannot_be_refreshed(sandbox: Sandbox, user: GoogleUser) -> None:
    httpx.post(f"{sandbox.base_url}/google/revoke", data={"token": user.credentials.token}, trust_env=False)

    with pytest.raises(RefreshError, match="invalid_grant"):
        user.credentials.refresh(Request())


def test_an_event_comes_back_with_the_calendar_s_offset(user: GoogleUser) -> None:
    start = {"dateTime": "2030-12-03T04:00:00Z"}
    made = user.insert(an_event(start=start, end={"dateTime": "2030-12-03T05:00:00Z"}, status="tentative"))

    assert made["start"] == {"dateTime": "2030-12-03T13:00:00+09:00", "timeZone": "Asia/Tokyo"}
    assert (made["status"], made["iCalUID"]) == ("tentative", f"{made['id']}@google.com")
    assert user.get(made["id"])["organizer"] == {"email": ME, "self": True}


def test_an_id_of_one_s_own_works_once_also_after_deletion(user: GoogleUser) -> None:
    event_id = new_id()
    user.insert(an_event(id=event_id))
    twice = refusal(lambda: user.insert(an_event(id=event_id)))
    user.delete(event_id)

    assert twice == (409, "duplicate")
    assert refusal(lambda: user.insert(an_event(id=event_id))) == (409, "duplicate")
    assert refusal(lambda: user.delete(event_id)) == (410, "deleted")
    assert user.get(event_id)["status"] == "cancelled"


def test_a_cancelled_event_can_be_patched_back(user: GoogleUser) -> None:
    event_id = user.insert(an_event())["id"]
    user.delete(event_id)
    restored = user.patch(event_id, {"status": "confirmed", "summary": "再開"})

    assert (restored["status"], restored["summary"]) == ("confirmed", "再開")
    assert event_id in {item["id"] for item in user.listed()["items"]}


def test_patch_merges_and_update_replaces(user: GoogleUser) -> None:
    private = {"private": {"chosei": "1", "other": "2"}}
    event_id = user.insert(an_event(location="東京", extendedProperties=private))["id"]
    patched = user.patch(event_id, {"extendedProperties": {"private": {"other": None, "new": "3"}}})
    replaced = user.events.update(calendarId="primary", eventId=event_id, body=an_event(summary="新")).execute()

    assert patched["location"] == "東京"
    assert patched["extendedProperties"]["private"] == {"chosei": "1", "new": "3"}
    assert "location" not in replaced
    assert "extendedProperties" not in replaced


def test_times_become_days_and_back_only_where_nulls_take_the_other_kind_away(user: GoogleUser) -> None:
    event_id = user.insert(an_event())["id"]
    days = {"start": {"date": "2030-12-03"}, "end": {"date": "2030-12-04"}}
    hours = {side: an_event()[side] for side in ("start", "end")}
    for wanted, kind in ((days, "date"), (hours, "dateTime")):
        assert refusal(lambda wanted=wanted: user.patch(event_id, wanted)) == (400, "invalid")
        gone = {"date": None, "dateTime": None, "timeZone": None}
        user.patch(event_id, {side: {**gone, **at} for side, at in wanted.items()})
        now = user.get(event_id)
        assert [set(now[side]) & {"date", "dateTime"} for side in ("start", "end")] == [{kind}] * 2


def test_extended_properties_are_cut_in_silence_and_found_by_value(user: GoogleUser) -> None:
    mark = new_id()
    made = user.insert(an_event(extendedProperties={"private": {"mark": mark, "k" * 45: "gone", "long": "x" * 2000}}))
    found = user.listed(privateExtendedProperty=[f"mark={mark}"])

    assert made["extendedProperties"]["private"] == {"mark": mark, "long": "x" * 1024}
    assert [item["id"] for item in found["items"]] == [made["id"]]
    assert "nextSyncToken" not in found


def test_an_old_etag_is_refused(user: GoogleUser) -> None:
    made = user.insert(an_event())
    user.patch(made["id"], {"summary": "別の"})
    late = user.events.patch(calendarId="primary", eventId=made["id"], body={"summary": "遅い"})
    late.headers["If-Match"] = made["etag"]

    assert refusal(late.execute) == (412, "conditionNotMet")


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"start": None}, 400, "required"),
        ({"end": {"dateTime": "2030-12-03T12:00:00+09:00"}}, 400, "timeRangeEmpty"),
        ({"start": {"dateTime": "2030-12-03T13:00:00"}}, 400, "required"),
        ({"start": {"dateTime": "2030-12-03T13:00:00", "timeZone": "Tokyo Standard Time"}}, 400, "invalid"),
        ({"start": {"date": "2030-12-03"}}, 400, "invalid"),
        ({"id": "with-dashes-and-z"}, 400, "invalid"),
        ({"attendees": [{"displayName": "誰か"}]}, 400, "required"),
        ({"status": "maybe"}, 400, "invalid"),
    ],
)
def test_a_bad_event_is_refused(user: GoogleUser, change: dict[str, Any], status: int, reason: str) -> None:
    assert refusal(lambda: user.insert(an_event() | change)) == (status, reason)


def test_pages_end_in_a_sync_token_that_tells_what_changed(user: GoogleUser) -> None:
    ids = [user.insert(an_event())["id"] for _ in range(3)]
    seen: list[str] = []
    page = user.listed(maxResults=2)
    while "nextPageToken" in page:
        assert "nextSyncToken" not in page
        seen += [item["id"] for item in page["items"]]
        page = user.listed(maxResults=2, pageToken=page["nextPageToken"])
    seen += [item["id"] for item in page["items"]]
    user.delete(ids[0])
    user.patch(ids[1], {"summary": "変更"})
    changed = user.listed(syncToken=page["nextSyncToken"])

    assert set(ids) <= set(seen)
    assert len(seen) == len(set(seen))
    assert {key: changed["items"][0][key] for key in ("id", "status")} == {"id": ids[0], "status": "cancelled"}
    assert [item["id"] for item in changed["items"]] == ids[:2]
    assert user.listed(syncToken=changed["nextSyncToken"])["items"] == []


def test_changes_while_turning_pages_come_with_the_next_sync(user: GoogleUser) -> None:
    first_id = user.insert(an_event())["id"]
    user.insert(an_event())
    page = user.listed(maxResults=1)
    user.patch(first_id, {"summary": "途中"})
    while "nextPageToken" in page:
        page = user.listed(maxResults=1, pageToken=page["nextPageToken"])

    assert first_id in {item["id"] for item in user.listed(syncToken=page["nextSyncToken"])["items"]}


def test_a_stale_sync_token_is_gone_and_filters_do_not_go_with_one(user: GoogleUser, http: httpx.Client) -> None:
    token = user.listed()["nextSyncToken"]
    with_filter = refusal(lambda: user.listed(syncToken=token, timeMin="2030-01-01T00:00:00Z"))
    http.put("/inspect/google/settings", json={"expire_sync_tokens": True})

    assert with_filter == (400, "badRequest")
    assert refusal(lambda: user.listed(syncToken=token)) == (410, "fullSyncRequired")
    assert refusal(lambda: user.listed(syncToken="garbage")) == (410, "fullSyncRequired")


def test_a_window_shows_what_overlaps_it_and_single_events_expand(user: GoogleUser) -> None:
    weekly = user.insert(an_event("2031-03-04", recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"]))
    user.delete(f"{weekly['id']}_20310311T040000Z")
    window = {"timeMin": "2031-03-04T13:59:00+09:00", "timeMax": "2031-03-25T13:00:00+09:00"}
    found = user.listed(singleEvents=True, orderBy="startTime", **window)["items"]

    assert [item["start"]["dateTime"][:10] for item in found] == ["2031-03-04", "2031-03-18"]
    assert {item["recurringEventId"] for item in found} == {weekly["id"]}


def test_colleagues_get_a_copy_that_follows(user: GoogleUser, colleague: GoogleUser, http: httpx.Client) -> None:
    event = an_event(attendees=[{"email": COLLEAGUE}, {"email": "guest@outside.example"}])
    made = user.insert(event | {"extendedProperties": {"private": {"mine": "1"}}}, sendUpdates="none")
    copy = colleague.get(made["id"])
    user.patch(made["id"], {"summary": "変更後"}, sendUpdates="all")
    renamed = colleague.get(made["id"])["summary"]
    user.delete(made["id"], sendUpdates="none")
    mailed = [one for one in http.get("/inspect/google/invitations").json()["items"] if one["event_id"] == made["id"]]

    assert (copy["iCalUID"], copy["organizer"]) == (made["iCalUID"], {"email": ME})
    assert copy["attendees"][0] == {"email": COLLEAGUE, "responseStatus": "needsAction", "self": True}
    assert "extendedProperties" not in copy
    assert (renamed, colleague.get(made["id"])["status"]) == ("変更後", "cancelled")
    assert {(one["to"], one["kind"]) for one in mailed} == {
        (COLLEAGUE, "update"),
        ("guest@outside.example", "update"),
    }


def test_a_guest_may_answer_but_not_rewrite(user: GoogleUser, colleague: GoogleUser) -> None:
    event_id = user.insert(an_event(attendees=[{"email": COLLEAGUE}]))["id"]
    answer = {"attendees": [{"email": COLLEAGUE, "responseStatus": "accepted"}]}
    colleague.patch(event_id, answer)

    assert refusal(lambda: colleague.patch(event_id, {"summary": "私の"})) == (403, "forbiddenForNonOrganizer")
    assert user.get(event_id)["attendees"][0]["responseStatus"] == "accepted"


def test_free_busy_reports_an_unknown_calendar_inside_a_200(user: GoogleUser) -> None:
    user.insert(an_event("2031-04-01", status="tentative"))
    user.insert(an_event("2031-04-02", transparency="transparent"))
    body = {"timeMin": "2031-04-01T00:00:00+09:00", "timeMax": "2031-04-03T00:00:00+09:00"}
    items = [{"id": ME}, {"id": "nobody@example.jp"}]
    calendars = user.service.freebusy().query(body=body | {"items": items}).execute()["calendars"]

    assert calendars[ME]["busy"] == [{"start": "2031-04-01T04:00:00Z", "end": "2031-04-01T05:00:00Z"}]
    assert calendars["nobody@example.jp"]["errors"][0]["reason"] == "notFound"


def test_the_primary_calendar_is_the_account(user: GoogleUser) -> None:
    listed = user.service.calendarList().list().execute()

    assert user.service.calendars().get(calendarId="primary").execute()["id"] == ME
    assert [(item["id"], item["primary"]) for item in listed["items"]] == [(ME, True)]
    assert user.service.settings().get(setting="timezone").execute()["value"] == "Asia/Tokyo"


@pytest.mark.parametrize(("status", "reason"), [(403, "userRateLimitExceeded"), (429, "rateLimitExceeded")])
def test_too_many_requests_are_refused_either_way(
    user: GoogleUser, http: httpx.Client, status: int, reason: str
) -> None:
    http.put("/inspect/google/settings", json={"user_limit_per_minute": 1, "rate_limit_status": status})
    http.post("/inspect/clock", json={"advance": 61})
    user.listed(maxResults=1)

    assert refusal(lambda: user.listed(maxResults=1)) == (status, reason)


async def test_a_channel_says_hello_and_then_that_something_changed(user: GoogleUser, http: httpx.Client) -> None:
    async with listening() as listener:
        channel_id = str(uuid.uuid4())
        body = {"id": channel_id, "type": "web_hook", "address": listener.url, "token": "secret"}
        channel = user.events.watch(calendarId="primary", body=body).execute()
        await eventually(lambda: listener.posts)
        user.insert(an_event())
        await eventually(lambda: len(listener.posts) >= 2)
        http.post("/inspect/google/events", json={"calendar": ME, "start": "2030-12-05", "end": "2030-12-06"})
        await eventually(lambda: len(listener.posts) >= 3)
        again = refusal(lambda: user.events.watch(calendarId="primary", body=body).execute())
        stop = {"id": channel_id, "resourceId": channel["resourceId"]}
        user.service.channels().stop(body=stop).execute()

    hello, change = listener.posts[0].headers, listener.posts[1].headers
    assert (hello["x-goog-resource-state"], hello["x-goog-message-number"]) == ("sync", "1")
    assert (change["x-goog-resource-state"], change["x-goog-channel-token"]) == ("exists", "secret")
    assert {post.body for post in listener.posts} == {b""}
    assert datetime.fromtimestamp(int(channel["expiration"]) / 1000, UTC) > datetime.now(UTC)
    assert again == (400, "channelIdNotUnique")


async def test_a_change_without_notification_is_only_seen_by_asking(user: GoogleUser, http: httpx.Client) -> None:
    async with listening() as listener:
        body = {"id": str(uuid.uuid4()), "type": "web_hook", "address": listener.url}
        user.events.watch(calendarId="primary", body=body).execute()
        await eventually(lambda: listener.posts)
        token = user.listed(maxResults=2500)["nextSyncToken"]
        entry = {
            "calendar": ME,
            "summary": "黙って",
            "start": "2030-12-07T09:00:00+09:00",
            "end": "2030-12-07T10:00:00+09:00",
        }
        added = http.post("/inspect/google/events", json=entry | {"notify": False}).json()
        moved = {"start": "2030-12-08T09:00:00+09:00", "end": "2030-12-08T10:00:00+09:00", "notify": False}
        http.post(f"/inspect/google/events/{added['id']}/move", json=moved)
        changed = user.listed(syncToken=token)["items"]

    assert [(item["summary"], item["start"]["dateTime"]) for item in changed] == [
        ("黙って", "2030-12-08T09:00:00+09:00")
    ]
    assert len(listener.posts) == 1
