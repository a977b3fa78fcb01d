"""Microsoft 365's room lists with their rooms (places), and the schedules of room mailboxes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.rooms import Catalogue, FoundBuilding, FoundRoom
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.microsoft_errors import error_of
from services.calendar_sync.providers.protocol import Credential
from shared.providers import ProviderUnavailable

_PAGE = "100"
_AT_ONCE = 20
"""Mailboxes in one question about schedules."""
_FREE = ("free", "workingelsewhere")


class MicrosoftRooms:
    """The adapter. A room may stand in several lists."""

    def __init__(self, client: httpx.AsyncClient, *, api_url: str) -> None:
        self._url = api_url.rstrip("/")
        self._api = ProviderApi("microsoft", client, error_of)

    async def read_rooms(self, credential: Credential) -> Catalogue:
        lists = await self._pages("roomlists.list", credential, f"{self._url}/places/microsoft.graph.roomList")
        buildings, rooms = [], dict[str, FoundRoom]()
        for one in lists:
            address = str(one.get("emailAddress") or one["id"])
            buildings.append(FoundBuilding(str(one["id"]), str(one.get("displayName") or address)))
            path = f"{self._url}/places/{quote(address, safe='@')}/microsoft.graph.roomList/rooms"
            for room in await self._pages("rooms.list", credential, path):
                if room.get("emailAddress"):
                    found = _room(room, str(one["id"]), rooms.get(str(room["id"])))
                    rooms[found.ref] = found
        return Catalogue(tuple(buildings), tuple(rooms.values()))

    async def _pages(self, operation: str, credential: Credential, url: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        params: Mapping[str, str] | None = {"$top": _PAGE}
        while True:
            if not url.startswith(self._url + "/"):
                raise ProviderUnavailable("a link that leads elsewhere")
            answer = await self._api.call(operation, credential, "GET", url, params=params)
            found.extend(answer.get("value") or [])
            if not (next_link := answer.get("@odata.nextLink")):
                return found
            url, params = str(next_link), None

    async def busy_rooms(
        self, credential: Credential, addresses: Sequence[str], span: Window
    ) -> Mapping[str, bool | None]:
        found: dict[str, bool | None] = dict.fromkeys(addresses)
        for first in range(0, len(addresses), _AT_ONCE):
            asked = addresses[first : first + _AT_ONCE]
            body = {
                "schedules": list(asked),
                "startTime": _graph_time(span.start_at),
                "endTime": _graph_time(span.end_at),
                "availabilityViewInterval": 30,
            }
            url = f"{self._url}/me/calendar/getSchedule"
            answer = await self._api.call("schedule.get", credential, "POST", url, body=body)
            known = {str(one.get("scheduleId", "")).lower(): one for one in answer.get("value") or []}
            found |= {address: _is_busy(known.get(address.lower())) for address in asked}
        return found


def _room(room: Mapping[str, Any], room_list: str, before: FoundRoom | None) -> FoundRoom:
    capacity = room.get("capacity")
    return FoundRoom(
        ref=str(room["id"]),
        name=str(room.get("displayName") or room["emailAddress"]),
        address=str(room["emailAddress"]),
        buildings=(*(before.buildings if before else ()), room_list),
        capacity=int(capacity) if capacity else None,
    )


def _is_busy(schedule: Mapping[str, Any] | None) -> bool | None:
    """A mailbox with an error, or none at all, is unknown and not free (G3)."""
    if schedule is None or schedule.get("error") or "scheduleItems" not in schedule:
        return None
    return any(str(item.get("status", "busy")).lower() not in _FREE for item in schedule["scheduleItems"])


def _graph_time(at: datetime) -> dict[str, str]:
    return {"dateTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}
