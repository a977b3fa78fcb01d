"""G18: busy means busy, over whole answers of both providers, page by page."""

from typing import Any

import httpx
import pytest

from services.calendar_sync.model.busy import Window
from services.calendar_sync.providers.google import GoogleCalendar
from services.calendar_sync.providers.microsoft import MicrosoftCalendar
from services.calendar_sync.providers.protocol import CalendarProvider
from shared import http
from tests.unit.calendar_sync.golden import readings
from tests.unit.calendar_sync.golden.readings import ROWS, Span
from tests.unit.calendar_sync.test_golden import utc

WINDOW = Window(utc("01-01T00:00"), utc("2027-12-31T00:00"))
GOOGLE, GRAPH = "https://google.example", "https://graph.example"


class Token:
    """A credential that never runs out."""

    async def token(self) -> str:
        return "token"

    async def renewed(self, refused: str) -> str:
        return "token"


def page_of_google(pages: list[list[dict[str, Any]]], zone: str, request: httpx.Request) -> dict[str, Any]:
    number = int(request.url.params.get("pageToken", "0"))
    more = {"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {"nextSyncToken": "s"}
    return {"items": pages[number], "timeZone": zone, **more}


def page_of_graph(pages: list[list[dict[str, Any]]], request: httpx.Request) -> dict[str, Any]:
    number = int(request.url.params.get("page", "0"))
    link = f"{GRAPH}/me/calendarView/delta?page={number + 1}"
    more = {"@odata.nextLink": link} if number + 1 < len(pages) else {"@odata.deltaLink": f"{link}&last"}
    return {"value": pages[number], **more}


@pytest.mark.parametrize(("name", "vendor", "zone", "pages", "spans"), ROWS, ids=lambda part: str(part)[:50])
async def test_g18_a_whole_answer_means_these_busy_times(
    name: str, vendor: str, zone: str, pages: list[list[dict[str, Any]]], spans: list[Span]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        body = page_of_google(pages, zone, request) if vendor == "google" else page_of_graph(pages, request)
        return httpx.Response(200, json=body)

    async with http.client("", transport=httpx.MockTransport(answer)) as client:
        provider: CalendarProvider = (
            GoogleCalendar(client, api_url=GOOGLE, description_limit=100)
            if vendor == "google"
            else MicrosoftCalendar(client, api_url=GRAPH, description_limit=100)
        )
        reading = await provider.read_all(Token(), WINDOW, zone)
    found = sorted((entry.start_at, entry.end_at, entry.kind.value) for entry in reading.entries)
    assert found == [(utc(start), utc(end), kind) for start, end, kind in spans]
    assert reading.cursor


def test_the_readings_are_of_both_providers() -> None:
    assert {row[1] for row in readings.ROWS} == {"google", "microsoft"}
