"""A service's operations as the gateway asks for them, for an administrator."""

from typing import Any

import httpx

from tests.builders import ORGANIZATION

ADMIN = {"x-organization-id": ORGANIZATION, "x-staff-id": "stf_admin", "x-role": "admin"}
EFFECTS = "/internal/operations/effects"


def _as(service: httpx.AsyncClient) -> dict[str, str]:
    """The client may name another organization."""
    return ADMIN | {"x-organization-id": service.headers.get("x-organization-id", ORGANIZATION)}


async def operations(service: httpx.AsyncClient) -> dict[str, Any]:
    told: dict[str, Any] = (await service.get("/internal/operations", headers=_as(service))).raise_for_status().json()
    return told


async def owed(service: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await service.get(EFFECTS, headers=_as(service), params=query)
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items


async def decide(service: httpx.AsyncClient, effect: dict[str, Any], action: str, **body: str) -> httpx.Response:
    return await service.post(f"{EFFECTS}/{effect['id']}/{action}", headers=_as(service), json=body or None)
