"""Every request that the adapters send is one that the provider's contract knows, strictly."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.entries import EntryDraft, Participant
from services.calendar_sync.providers.google import GoogleCalendar
from services.calendar_sync.providers.google_rooms import GoogleRooms
from services.calendar_sync.providers.microsoft import MicrosoftCalendar
from services.calendar_sync.providers.microsoft_rooms import MicrosoftRooms
from services.calendar_sync.providers.protocol import CalendarProvider, Watch
from shared import http
from shared.contracts.booking import Visibility
from tests.contract.sandbox.contracts import contract, known_path, needs_contracts

pytestmark = needs_contracts
START = datetime(2026, 12, 1, 4, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=60))
WATCH = Watch("w1", "r1", START)
OTHER = "AAMkAGI2b2Z0aGVtYWlsYm94AAA="
TENTATIVE = EntryDraft(
    marker="hold/slt_1/stf_1",
    title="【仮】商談",
    description="",
    location="",
    start_at=START,
    end_at=START + timedelta(hours=1),
    time_zone="Asia/Tokyo",
    tentative=True,
    visibility=Visibility.PRIVATE,
)
CONFIRMED = EntryDraft(
    marker="entry/apt_1/stf_1/google",
    title="商談",
    description="メモ",
    location="東京",
    start_at=START,
    end_at=START + timedelta(hours=1),
    time_zone="Asia/Tokyo",
    tentative=False,
    visibility=Visibility.PUBLIC,
    participants=(Participant("hana@example.jp", "佐藤花"),),
    room=Participant("c_fuji@resource.calendar.google.com", "富士"),
)


class Token:
    """A credential that never runs out."""

    async def token(self) -> str:
        return "token"

    async def renewed(self, refused: str) -> str:
        return "token"


class Outside:
    """Answers every request with what an adapter needs to go on, and keeps it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.sent.append((request.method, str(request.url), body))
        if request.method == "DELETE" or request.url.path.endswith("/stop"):
            return httpx.Response(204)
        if request.method == "GET" and "syncToken" not in request.url.params and "pageToken" not in request.url.params:
            return httpx.Response(200, json=self._first_page(request))
        return httpx.Response(200, json={"id": "x", "nextSyncToken": "s", "expiration": "1796000000000"})

    def _first_page(self, request: httpx.Request) -> dict[str, Any]:
        if request.url.path.endswith("roomList"):
            return {"value": [{"id": "l", "emailAddress": "rooms@example.jp", "displayName": "本社"}]}
        if "delta" in request.url.path:
            more = {"@odata.nextLink": f"{request.url.copy_with(query=None)}?%24skiptoken=n"}
            last = {"@odata.deltaLink": f"{request.url.copy_with(query=None)}?%24deltatoken=d"}
            return {"value": [], **(last if "$skiptoken" in request.url.params else more)}
        return (
            {"id": "x", "mail": "x@example.jp", "nextPageToken": "n"}
            if "timeMin" in request.url.params
            else {"id": "x"}
        )


@pytest.fixture
async def outside() -> Outside:
    return Outside()


@pytest.fixture
async def client(outside: Outside) -> AsyncIterator[httpx.AsyncClient]:
    async with http.client("", transport=httpx.MockTransport(outside.answer)) as made:
        yield made


def google(client: httpx.AsyncClient) -> GoogleCalendar:
    return GoogleCalendar(
        client,
        api_url="https://www.googleapis.com/calendar/v3",
        description_limit=8192,
    )


def microsoft(client: httpx.AsyncClient) -> MicrosoftCalendar:
    return MicrosoftCalendar(
        client,
        api_url="https://graph.microsoft.com/v1.0",
        description_limit=200_000,
    )


Act = Callable[[CalendarProvider], Awaitable[object]]
ACTS: dict[str, Act] = {
    "address": lambda one: one.addresses(Token()),
    "read all": lambda one: one.read_all(Token(), WINDOW, "Asia/Tokyo"),
    "look": lambda one: one.read_span(Token(), WINDOW, "Asia/Tokyo"),
    "hold": lambda one: one.create(Token(), TENTATIVE, 0, look=False),
    "entry": lambda one: one.create(Token(), CONFIRMED, 0, look=False),
    "entry after a lost answer": lambda one: one.create(Token(), CONFIRMED, 0, look=True),
    "change": lambda one: one.update(Token(), "abc", CONFIRMED),
    "find": lambda one: one.find(Token(), CONFIRMED.marker, 0),
    "state": lambda one: one.state(Token(), "abc", "Asia/Tokyo"),
    "delete": lambda one: one.delete(Token(), "abc"),
    "watch": lambda one: one.watch(Token(), url="https://c.example/hooks/x", secret="s", until=START),
    "watch again": lambda one: one.renew_watch(Token(), WATCH, url="https://c.example/h", secret="s", until=START),
    "calendars": lambda one: one.calendars(Token()),
    "read another calendar": lambda one: one.read_all(Token(), WINDOW, "Asia/Tokyo", calendar=OTHER),
    "look into another": lambda one: one.read_span(Token(), WINDOW, "Asia/Tokyo", calendar=OTHER),
    "entry elsewhere": lambda one: one.create(Token(), CONFIRMED, 0, look=True, calendar=OTHER),
    "change elsewhere": lambda one: one.update(Token(), "abc", CONFIRMED, calendar=OTHER),
    "state elsewhere": lambda one: one.state(Token(), "abc", "Asia/Tokyo", calendar=OTHER),
    "delete elsewhere": lambda one: one.delete(Token(), "abc", calendar=OTHER),
    "watch another": lambda one: one.watch(
        Token(), url="https://c.example/hooks/x", secret="s", until=START, calendar=OTHER
    ),
    "unwatch": lambda one: one.unwatch(Token(), WATCH),
}


def violations(name: str, outside: Outside) -> list[str]:
    checker = contract(name)
    assert checker is not None
    return [
        f"{method} {url}: {found}"
        for method, url, body in outside.sent
        for found in checker.request(method, known_path(url), body, strict=True)
    ]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_google_knows_what_is_sent(act: Act, client: httpx.AsyncClient, outside: Outside) -> None:
    await act(google(client))
    assert outside.sent
    assert violations("google-calendar", outside) == []


async def test_google_knows_an_incremental_read(client: httpx.AsyncClient, outside: Outside) -> None:
    await google(client).read_changes(Token(), "sync", "Asia/Tokyo")
    assert violations("google-calendar", outside) == []


async def test_google_knows_what_is_asked_about_rooms(client: httpx.AsyncClient, outside: Outside) -> None:
    rooms = GoogleRooms(
        client,
        directory_url="https://admin.googleapis.com/admin/directory/v1",
        api_url="https://www.googleapis.com/calendar/v3",
    )
    await rooms.read_rooms(Token())
    assert len(outside.sent) == 2
    assert violations("google-directory-resources", outside) == []
    outside.sent.clear()
    assert await rooms.busy_rooms(Token(), ["a@example.jp"], WINDOW) == {"a@example.jp": None}
    assert violations("google-calendar", outside) == []


async def test_microsoft_knows_what_is_asked_about_rooms(client: httpx.AsyncClient, outside: Outside) -> None:
    rooms = MicrosoftRooms(client, api_url="https://graph.microsoft.com/v1.0")
    await rooms.read_rooms(Token())
    assert await rooms.busy_rooms(Token(), ["a@example.jp"], WINDOW) == {"a@example.jp": None}
    assert len(outside.sent) == 3
    assert violations("microsoft-graph-calendar", outside) == []


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_microsoft_knows_what_is_sent(act: Act, client: httpx.AsyncClient, outside: Outside) -> None:
    await act(microsoft(client))
    assert outside.sent
    assert violations("microsoft-graph-calendar", outside) == []
