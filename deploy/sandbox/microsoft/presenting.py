"""Events as Graph answers them to one reader: in the zone, body form, properties and expansions asked for."""

from dataclasses import dataclass
from datetime import UTC

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.bodies import plain_text, property_key
from deploy.sandbox.microsoft.state import Event, Mailbox
from deploy.sandbox.microsoft.times import timestamp
from deploy.sandbox.microsoft.zones import windows_name, zone_named

_NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class Reader:
    """``expanded``: ids of the extended properties to show, None for none, empty for all."""

    zone: str = "UTC"
    text_body: bool = False
    select: frozenset[str] | None = None
    expanded: frozenset[str] | None = None


def shown(mailbox: Mailbox, event: Event, reader: Reader, organizer_name: str = "") -> Resource:
    """The resource as the owner of ``mailbox`` sees it."""
    resource = event.resource
    start, end = event.span.shown(reader.zone)
    mine = event.organizer == mailbox.email
    name = mailbox.name if mine else organizer_name or resource.get("organizerName") or event.organizer
    answer: Resource = {
        "@odata.etag": event.etag,
        "id": event.id,
        "createdDateTime": timestamp(event.created_at),
        "lastModifiedDateTime": timestamp(event.updated_at),
        "changeKey": event.change_key,
        "originalStartTimeZone": windows_name(event.span.start_zone),
        "originalEndTimeZone": windows_name(event.span.end_zone),
        "iCalUId": event.uid,
        "hasAttachments": False,
        "isAllDay": event.span.all_day,
        "isCancelled": False,
        "isOrganizer": mine,
        "isDraft": False,
        "seriesMasterId": event.master_id,
        "type": _type(event),
        "webLink": f"https://outlook.office365.com/owa/?itemid={event.id}&exvsurl=1&path=/calendar/item",
        "onlineMeetingUrl": None,
        "onlineMeeting": None,
        "responseStatus": {"response": "organizer" if mine else event.response, "time": _NEVER},
        "bodyPreview": plain_text(resource["body"])[:255],
        "start": start,
        "end": end,
        "recurrence": event.recurrence,
        "organizer": {"emailAddress": {"name": name, "address": event.organizer}},
    }
    for key, value in resource.items():
        if key not in ("singleValueExtendedProperties", "organizerName", "recurrence"):
            answer[key] = value
    if reader.text_body:
        answer["body"] = {"contentType": "text", "content": plain_text(resource["body"])}
    if event.original is not None:
        zone = zone_named(event.span.start_zone)
        answer["originalStart"] = timestamp(event.original.replace(tzinfo=zone).astimezone(UTC))
        answer["occurrenceId"] = f"OID.{event.master_id}.{event.original:%Y-%m-%d}"
    if event.recurrence and reader.select and "cancelledoccurrences" in reader.select:
        answer["cancelledOccurrences"] = [
            f"OID.{event.id}.{one.original:%Y-%m-%d}"
            for one in mailbox.exceptions(event.id)
            if one.deleted and one.original is not None
        ]
    return _narrowed(answer, resource, reader)


def _narrowed(answer: Resource, resource: Resource, reader: Reader) -> Resource:
    if reader.select is not None:
        always = {"@odata.etag", "id"}
        answer = {key: value for key, value in answer.items() if key in always or key.lower() in reader.select}
    if reader.expanded is not None:
        wanted = reader.expanded
        properties = [
            one
            for one in resource.get("singleValueExtendedProperties") or []
            if not wanted or property_key(one["id"]) in wanted
        ]
        if properties:
            answer["singleValueExtendedProperties"] = properties
    return answer


def _type(event: Event) -> str:
    if event.master_id is not None:
        return "exception" if event.exception else "occurrence"
    return "seriesMaster" if event.recurrence else "singleInstance"


def removed(event_id: str) -> Resource:
    """A deleted event in a delta page."""
    return {"id": event_id, "@removed": {"reason": "deleted"}}
