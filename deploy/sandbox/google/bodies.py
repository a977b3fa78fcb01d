"""What of a request's event body is taken: writable fields only, enumerations checked, extended properties cut.

Unknown fields are dropped in silence, as Google does.
"""

import secrets

from deploy.sandbox.calendars import Resource
from deploy.sandbox.google.errors import invalid, required

PRIVATE = frozenset({"reminders", "colorId", "transparency", "visibility"})
"""Each participant's own; beside them ``extendedProperties.private`` and the own answer."""

SHARED = frozenset(
    {
        "summary",
        "description",
        "location",
        "status",
        "attendees",
        "recurrence",
        "guestsCanModify",
        "guestsCanInviteOthers",
        "guestsCanSeeOtherGuests",
        "anyoneCanAddSelf",
        "source",
        "attachments",
        "eventType",
    }
)
_CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "transparency": {"opaque", "transparent"},
    "visibility": {"default", "public", "private", "confidential"},
}
_TYPES: dict[str, type] = {
    "status": str,
    "transparency": str,
    "visibility": str,
    "guestsCanModify": bool,
    "guestsCanInviteOthers": bool,
    "guestsCanSeeOtherGuests": bool,
    "anyoneCanAddSelf": bool,
    "summary": str,
    "description": str,
    "location": str,
    "colorId": str,
    "eventType": str,
    "attendees": list,
    "recurrence": list,
    "attachments": list,
    "reminders": dict,
    "source": dict,
    "extendedProperties": dict,
    "conferenceData": dict,
}
_RESPONSES = {"needsAction", "declined", "tentative", "accepted"}
_ATTENDEE_FIELDS = ("email", "displayName", "optional", "resource", "comment", "additionalGuests", "id")
_MOST_PROPERTIES = 300
_MOST_BYTES = 32 * 1024


def taken(body: Resource) -> Resource:
    """The writable fields that the body names, checked and normalised; null stays null. Raises 400."""
    found: Resource = {}
    for key in (PRIVATE | SHARED | {"extendedProperties", "conferenceData"}) & body.keys():
        value = body[key]
        if value is not None:
            _check(key, value)
            if key == "attendees":
                value = [_attendee(item) for item in value]
            elif key == "extendedProperties":
                value = _extended(value)
        found[key] = value
    return found


def _check(key: str, value: object) -> None:
    expected = _TYPES.get(key)
    if expected is not None and not isinstance(value, expected):
        raise invalid(f"Invalid value for: {key}")
    if key in _CHOICES and value not in _CHOICES[key]:
        raise invalid(f'Invalid value for: Invalid value "{value}" for {key}')


def _attendee(item: object) -> Resource:
    if not isinstance(item, dict) or not isinstance(item.get("email"), str) or "@" not in item["email"]:
        raise required("Missing attendee email.")
    response = item.get("responseStatus") or "needsAction"
    if not isinstance(response, str) or response not in _RESPONSES:
        raise invalid(f'Invalid value for: Invalid value "{response}" for responseStatus')
    kept = {key: item[key] for key in _ATTENDEE_FIELDS if item.get(key) is not None}
    return kept | {"responseStatus": response}


def _extended(value: Resource) -> Resource:
    """Keys over 44 characters are dropped and values over 1024 cut, both in silence (facts 2.2)."""
    found: Resource = {}
    for kind in ("private", "shared"):
        properties = value.get(kind)
        if properties is None:
            continue
        if not isinstance(properties, dict):
            raise invalid(f"Invalid value for: extendedProperties.{kind}")
        found[kind] = {
            key: None if text is None else str(text)[:1024] for key, text in properties.items() if len(key) <= 44
        }
    return found


def merged(resource: Resource, change: Resource) -> Resource:
    """``resource`` patched: objects are merged, arrays replaced whole, null deletes."""
    result = dict(resource)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(result.get(key) or {}, value)
        else:
            result[key] = value
    return result


def check_extended_size(resource: Resource) -> None:
    """At most 300 properties and 32 kB per event."""
    extended = resource.get("extendedProperties") or {}
    pairs = [pair for kind in ("private", "shared") for pair in (extended.get(kind) or {}).items()]
    size = sum(len(key.encode()) + len(value.encode()) for key, value in pairs)
    if len(pairs) > _MOST_PROPERTIES or size > _MOST_BYTES:
        raise invalid("The event has too many or too large extended properties.")


def with_conference(resource: Resource) -> Resource:
    """Answer a request for a Meet conference; one that is there already stays."""
    conference = resource.get("conferenceData") or {}
    request = conference.get("createRequest")
    if not isinstance(request, dict) or conference.get("conferenceId"):
        return resource
    letters = "".join(secrets.choice("abcdefghijkmnopqrstuvwxyz") for _ in range(10))
    name = f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"
    uri = f"https://meet.google.com/{name}"
    return resource | {
        "hangoutLink": uri,
        "conferenceData": {
            "createRequest": request | {"status": {"statusCode": "success"}},
            "entryPoints": [{"entryPointType": "video", "uri": uri, "label": uri.removeprefix("https://")}],
            "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
            "conferenceId": name,
        },
    }
