"""Requests on pages (H4) and what is said to them, for booking's tests."""

from typing import Any

import httpx

from shared.contracts.booking import EndOfRequest
from tests.integration.booking.page_requests import a_page, book
from tests.integration.booking.world import World, in_tokyo

REQUESTED, CONFIRMED, CANCELED = (f"booking.appointment_{word}.v1" for word in ("requested", "confirmed", "canceled"))


def at(day: int, hour: int, minute: int = 0) -> str:
    return in_tokyo(day, hour, minute).isoformat()


async def a_request(
    world: World, page: dict[str, Any] | None = None, start: str = "", **changes: Any
) -> dict[str, Any]:
    answer = await book(world, page or await a_page(world, offline=True), start or at(2, 10), **changes)
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def answer(
    world: World, made: dict[str, Any], word: str, message: str = "", *, over: bool = False, **who: str
) -> httpx.Response:
    body: dict[str, Any] = {"message": message} | ({"allow_overlap": True} if over else {})
    return await world.call("POST", f"/appointments/{made['id']}/{word}", body, **who)


async def shown(world: World, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call("GET", f"/appointments/{made['id']}")).json()
    return found


async def of_guest(world: World, made: dict[str, Any], path: str = "", method: str = "POST") -> httpx.Response:
    token = made["manage_url"].rpartition("/")[2]
    body = None if method == "GET" else {}
    headers = {"x-guest-token": token}
    return await world.client.request(method, f"/internal/guest/appointment{path}", json=body, headers=headers)


async def ends(world: World) -> list[EndOfRequest | None]:
    return [event.data.end_of_request for event in await world.published(CANCELED)]
