"""Requests about scheduling pages, for booking's tests."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.integration.booking.world import HANAKO, TARO, World

ADMIN = {"role": "admin"}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_DAY = {day: [{"start": "00:00", "end": "24:00"}] for day in DAYS}


def a_host(staff_id: str = TARO, **changes: Any) -> dict[str, Any]:
    """Open day and night."""
    return {"staff_id": staff_id, "hours": ALL_DAY, **changes}


def a_page_request(**changes: Any) -> dict[str, Any]:
    """Open day and night, holidays included, for 30 minutes on the hour and half hour."""
    return {"title": "ご相談", "hosts": [a_host()], "holidays_off": False, "minimum_notice": 0, **changes}


async def a_page(world: World, **changes: Any) -> dict[str, Any]:
    answer = await world.call("POST", "/pages", a_page_request(**changes), **ADMIN)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


BOTH = [a_host(TARO), a_host(HANAKO)]


async def visit(
    world: World, method: str, page: Mapping[str, Any], path: str = "", body: Any = None, **query: str
) -> httpx.Response:
    """As a guest of the page."""
    return await world.client.request(method, f"/internal/guest/page/{page['slug']}{path}", json=body, params=query)


def a_booking(start: str, **changes: Any) -> dict[str, Any]:
    guest = {"name": "田中花子", "company": "ABC株式会社", "email": "hanako@guest.example"}
    return {"start": start, "guest": guest, "time_zone": "America/New_York", "locale": "ja", **changes}


async def slots_of(world: World, page: Mapping[str, Any], **query: str) -> list[dict[str, str]]:
    answer = await visit(world, "GET", page, "/slots", **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json()["slots"]
    return found


async def book(
    world: World, page: Mapping[str, Any], start: str, headers: dict[str, str] | None = None, **changes: Any
) -> httpx.Response:
    path = f"/internal/guest/page/{page['slug']}/bookings"
    return await world.client.post(path, json=a_booking(start, **changes), headers=headers or {})
