"""Every request that Zoom's adapter sends is one that the provider's contract knows, strictly; ``me`` is said with a
person's token only.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.zoom_issuer.providers import MeetingRequest
from services.zoom_issuer.providers.zoom import ZoomApi
from shared import http
from tests.contract.sandbox.contracts import contract, needs_contracts

pytestmark = needs_contracts
URL = "https://api.zoom.us/v2"
REQUEST = MeetingRequest("商談", "[chosei:x]", datetime(2026, 12, 1, 4, tzinfo=UTC), 30, "Asia/Tokyo", "123456")
Act = Callable[[ZoomApi], Awaitable[object]]
ACTS: dict[str, Act] = {
    "who am I": lambda zoom: zoom.me("t"),
    "first page of users": lambda zoom: zoom.users("t"),
    "next page of users": lambda zoom: zoom.users("t", "n"),
    "create for a user": lambda zoom: zoom.create("t", "Zuser1", REQUEST),
    "create for me": lambda zoom: zoom.create("t", "me", REQUEST),
    "look for a user's": lambda zoom: zoom.find("t", "Zuser1", "[chosei:x]"),
    "change": lambda zoom: zoom.update("t", "72962683804", REQUEST),
    "delete": lambda zoom: zoom.delete("t", "72962683804"),
}


@pytest.mark.parametrize("name", ACTS)
async def test_requests_are_those_of_the_contract(name: str) -> None:
    sent: list[tuple[str, str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        sent.append((request.method, str(request.url), body))
        made = {"id": 72962683804, "join_url": "https://zoom.us/j/1", "users": [], "meetings": []}
        return httpx.Response(201 if request.method == "POST" else 200, json=made)

    async with http.client(URL, transport=httpx.MockTransport(answer)) as client:
        await ACTS[name](ZoomApi(client))
    checker = contract("zoom-meetings")
    assert checker is not None
    assert sent
    assert [checker.request(*one) for one in sent] == [[]] * len(sent)
