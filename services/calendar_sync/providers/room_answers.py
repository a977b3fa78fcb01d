"""What rooms say to entries of ours, as it stands in what a mirror reads. Pure; by entry and the room's address."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.calendar_sync.model.entries import PREFIX
from shared.contracts.calendar_sync import RoomResponse
from shared.providers import reads

Answers = Mapping[str, Mapping[str, RoomResponse | None]]
"""None where a room has not answered yet."""

_GOOGLE = {
    "accepted": RoomResponse.ACCEPTED,
    "tentative": RoomResponse.TENTATIVE,
    "declined": RoomResponse.DECLINED,
}
_GRAPH = {
    "accepted": RoomResponse.ACCEPTED,
    "tentativelyaccepted": RoomResponse.TENTATIVE,
    "declined": RoomResponse.DECLINED,
}


@reads
def from_google(events: Iterable[Mapping[str, Any]]) -> Answers:
    found: dict[str, Mapping[str, RoomResponse | None]] = {}
    for event in events:
        said = {
            str(one.get("email", "")).lower(): _GOOGLE.get(str(one.get("responseStatus", "")))
            for one in event.get("attendees") or []
            if one.get("resource")
        }
        if said and str(event["id"]).startswith(PREFIX):
            found[str(event["id"])] = said
    return found


@reads
def from_graph(events: Iterable[Mapping[str, Any]]) -> Answers:
    found: dict[str, Mapping[str, RoomResponse | None]] = {}
    for event in events:
        said = {
            str((one.get("emailAddress") or {}).get("address", "")).lower(): _GRAPH.get(
                str((one.get("status") or {}).get("response", "")).lower()
            )
            for one in event.get("attendees") or []
            if str(one.get("type", "")).lower() == "resource"
        }
        if said and str(event.get("transactionId") or "").startswith(PREFIX):
            found[str(event["id"])] = said
    return found
