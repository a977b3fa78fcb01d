"""google-api-python-client on several calendars of one account: the list, entries, sync and channels of each."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from googleapiclient.errors import HttpError

from tests.contract.sandbox.google_client import GoogleUser, an_event
from tests.contract.sandbox.listener import listening
from tests.infrastructure.sandbox import Sandbox
from tests.waiting import eventually

ME, COLLEAGUE = "staff001@example.jp", "staff003@example.jp"


@pytest.fixture
def hand(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.base_url, trust_env=False) as client:
        yield client


@pytest.fixture
def user(sandbox: Sandbox) -> Iterator[GoogleUser]:
    person = GoogleUser(sandbox.base_url, ME)
    yield person
    person.close()
    assert person.exchanges.violations() == []


@pytest.fixture
def private(hand: httpx.Client) -> Iterator[str]:
    """A second calendar of the person's."""
    made = hand.post("/inspect/google/calendars", json={"account": ME, "summary": "私用"}).json()["id"]
    yield made
    hand.post(f"/inspect/google/calendars/{made}/delete")


def calendars(user: GoogleUser, **asked: Any) -> list[dict[str, Any]]:
    """All pages."""
    lists, found = user.service.calendarList(), []
    request = lists.list(**asked)
    while request is not None:
        page = request.execute()
        found += page["items"]
        request = lists.list_next(request, page)
    return found


def test_the_list_has_every_calendar_with_its_role(user: GoogleUser, private: str, hand: httpx.Client) -> None:
    theirs = hand.post("/inspect/google/calendars", json={"account": COLLEAGUE, "summary": "部署"}).json()["id"]
    hand.post(f"/inspect/google/calendars/{theirs}/share", json={"account": ME, "role": "freeBusyReader"})
    found = {one["id"]: one for one in calendars(user, maxResults=1)}
    assert [found[ME].get("primary"), found[private].get("primary")] == [True, None]
    assert [found[one]["accessRole"] for one in (ME, private, theirs)] == ["owner", "owner", "freeBusyReader"]
    assert found[private]["summary"] == "私用"
    assert theirs not in {one["id"] for one in calendars(user, minAccessRole="reader")}
    hand.post(f"/inspect/google/calendars/{theirs}/delete")
    assert theirs not in {one["id"] for one in calendars(user)}


def test_an_entry_stands_in_one_calendar_only(user: GoogleUser, private: str) -> None:
    made = user.events.insert(calendarId=private, body=an_event("2032-05-04")).execute()
    window = {"timeMin": "2032-05-04T00:00:00Z", "timeMax": "2032-05-05T00:00:00Z"}
    assert (made["organizer"]["email"], made["organizer"]["displayName"]) == (private, "私用")
    assert made["creator"]["email"] == ME
    assert user.listed(**window)["items"] == []
    assert [one["id"] for one in user.events.list(calendarId=private, **window).execute()["items"]] == [made["id"]]


def test_each_calendar_has_a_sync_token_of_its_own(user: GoogleUser, private: str) -> None:
    token = user.events.list(calendarId=private).execute()["nextSyncToken"]
    user.insert(an_event("2032-05-05"))
    assert user.events.list(calendarId=private, syncToken=token).execute()["items"] == []
    made = user.events.insert(calendarId=private, body=an_event("2032-05-05")).execute()
    changed = user.events.list(calendarId=private, syncToken=token).execute()["items"]
    assert [one["id"] for one in changed] == [made["id"]]
    with pytest.raises(HttpError) as caught:
        user.listed(syncToken=token)
    assert caught.value.status_code == 410


def test_a_reader_may_not_write(user: GoogleUser, hand: httpx.Client) -> None:
    theirs = hand.post("/inspect/google/calendars", json={"account": COLLEAGUE, "summary": "部署"}).json()["id"]
    hand.post(f"/inspect/google/calendars/{theirs}/share", json={"account": ME, "role": "reader"})
    assert user.events.list(calendarId=theirs).execute()["accessRole"] == "reader"
    with pytest.raises(HttpError) as caught:
        user.events.insert(calendarId=theirs, body=an_event()).execute()
    assert (caught.value.status_code, caught.value.error_details[0]["reason"]) == (403, "requiredAccessLevel")
    hand.post(f"/inspect/google/calendars/{theirs}/share", json={"account": ME})
    with pytest.raises(HttpError) as caught:
        user.events.list(calendarId=theirs).execute()
    assert caught.value.status_code == 404


async def test_a_channel_tells_of_its_calendar_only(user: GoogleUser, private: str, sandbox: Sandbox) -> None:
    async with listening() as listener:
        body = {"id": f"of-{private[2:30]}", "type": "web_hook", "address": listener.url}
        user.events.watch(calendarId=private, body=body).execute()
        await eventually(lambda: len(listener.posts) == 1)
        user.insert(an_event("2032-05-06"))
        user.events.insert(calendarId=private, body=an_event("2032-05-06")).execute()
        await eventually(lambda: len(listener.posts) >= 2)
    assert [post.headers["x-goog-resource-state"] for post in listener.posts] == ["sync", "exists"]
