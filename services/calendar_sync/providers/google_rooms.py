"""Google Workspace's buildings and calendar resources (Admin Directory), and the free/busy times of rooms."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.rooms import Catalogue, FoundBuilding, FoundRoom
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.google_errors import error_of
from services.calendar_sync.providers.protocol import Credential

_PAGE = "500"
_AT_ONCE = 50
"""Calendars in one question about free/busy times."""
_NO_ROOM = "OTHER"
"""Projectors, cars: resources that nobody meets in."""


class GoogleRooms:
    """The adapter."""

    def __init__(self, client: httpx.AsyncClient, *, directory_url: str, api_url: str) -> None:
        self._directory = f"{directory_url.rstrip('/')}/customer/my_customer/resources"
        self._calendars = api_url.rstrip("/")
        self._api = ProviderApi("google", client, error_of)

    async def read_rooms(self, credential: Credential) -> Catalogue:
        buildings = await self._pages("buildings.list", credential, "buildings", "buildings")
        resources = await self._pages("resources.list", credential, "calendars", "items")
        return Catalogue(
            tuple(
                FoundBuilding(str(one["buildingId"]), str(one.get("buildingName") or one["buildingId"]))
                for one in buildings
            ),
            tuple(
                _room(one) for one in resources if one.get("resourceCategory") != _NO_ROOM and one.get("resourceEmail")
            ),
        )

    async def _pages(self, operation: str, credential: Credential, path: str, member: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        params = {"maxResults": _PAGE}
        while True:
            answer = await self._api.call(operation, credential, "GET", f"{self._directory}/{path}", params=params)
            found.extend(answer.get(member) or [])
            if not (token := answer.get("nextPageToken")):
                return found
            params = {"maxResults": _PAGE, "pageToken": str(token)}

    async def busy_rooms(
        self, credential: Credential, addresses: Sequence[str], span: Window
    ) -> Mapping[str, bool | None]:
        found: dict[str, bool | None] = {}
        for first in range(0, len(addresses), _AT_ONCE):
            asked = addresses[first : first + _AT_ONCE]
            body = {
                "timeMin": _rfc3339(span.start_at),
                "timeMax": _rfc3339(span.end_at),
                "items": [{"id": address} for address in asked],
            }
            answer = await self._api.call(
                "freebusy.query", credential, "POST", f"{self._calendars}/freeBusy", body=body
            )
            calendars = answer.get("calendars") or {}
            found |= {address: _is_busy(calendars.get(address)) for address in asked}
        return found


def _room(resource: Mapping[str, Any]) -> FoundRoom:
    building, capacity = resource.get("buildingId"), resource.get("capacity")
    return FoundRoom(
        ref=str(resource.get("resourceId") or resource["resourceEmail"]),
        name=str(resource.get("resourceName") or resource.get("generatedResourceName") or resource["resourceEmail"]),
        address=str(resource["resourceEmail"]),
        buildings=(str(building),) if building else (),
        capacity=int(capacity) if capacity else None,
    )


def _is_busy(calendar: Mapping[str, Any] | None) -> bool | None:
    """A calendar with errors, or none at all, is unknown and not free (G3)."""
    if calendar is None or calendar.get("errors") or "busy" not in calendar:
        return None
    return bool(calendar["busy"])


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
