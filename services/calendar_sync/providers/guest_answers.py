"""What people say to entries of ours, as it stands in what a mirror reads. Pure; by entry and address."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.calendar_sync.model.entries import PREFIX
from shared.contracts.calendar_sync import GuestResponse
from shared.providers import reads

Said = Mapping[str, Mapping[str, GuestResponse]]

_GOOGLE = {
    "needsaction": GuestResponse.NEEDS_ACTION,
    "accepted": GuestResponse.ACCEPTED,
    "declined": GuestResponse.DECLINED,
    "tentative": GuestResponse.TENTATIVE,
}
_GRAPH = {
    "none": GuestResponse.NEEDS_ACTION,
    "notresponded": GuestResponse.NEEDS_ACTION,
    "accepted": GuestResponse.ACCEPTED,
    "declined": GuestResponse.DECLINED,
    "tentativelyaccepted": GuestResponse.TENTATIVE,
}


@reads
def from_google(events: Iterable[Mapping[str, Any]]) -> Said:
    found: dict[str, Mapping[str, GuestResponse]] = {}
    for event in events:
        said = {
            str(one.get("email", "")).lower(): answer
            for one in event.get("attendees") or []
            if not one.get("resource") and (answer := _GOOGLE.get(str(one.get("responseStatus", "")).lower()))
        }
        if said and str(event["id"]).startswith(PREFIX):
            found[str(event["id"])] = said
    return found


@reads
def from_graph(events: Iterable[Mapping[str, Any]]) -> Said:
    found: dict[str, Mapping[str, GuestResponse]] = {}
    for event in events:
        said = {
            str((one.get("emailAddress") or {}).get("address", "")).lower(): answer
            for one in event.get("attendees") or []
            if str(one.get("type", "")).lower() != "resource"
            and (answer := _GRAPH.get(str((one.get("status") or {}).get("response", "")).lower()))
        }
        if said and str(event.get("transactionId") or "").startswith(PREFIX):
            found[str(event["id"])] = said
    return found
