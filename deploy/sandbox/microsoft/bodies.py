"""What of a request's event body is taken: known properties, spellings made Graph's own, lists checked.

Unknown properties are dropped; enumerations are read without regard to case and "true" and "false" may be strings.
"""

import re

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.errors import failed_validation, invalid_request, unreadable_body

_TAGS = re.compile(r"<[^>]*>")
_SPELLINGS = {
    "showAs": ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "importance": ("low", "normal", "high"),
    "onlineMeetingProvider": ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"),
}
_FLAGS = (
    "isAllDay",
    "isReminderOn",
    "responseRequested",
    "allowNewTimeProposals",
    "hideAttendees",
    "isOnlineMeeting",
)
_ATTENDEE_TYPES = ("required", "optional", "resource")
_MOST_ATTENDEES = 500
DEFAULTS: Resource = {
    "subject": "",
    "body": {"contentType": "html", "content": ""},
    "importance": "normal",
    "sensitivity": "normal",
    "showAs": "busy",
    "categories": [],
    "reminderMinutesBeforeStart": 15,
    "isReminderOn": True,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "location": {
        "displayName": "",
        "locationType": "default",
        "uniqueIdType": "unknown",
        "address": {},
        "coordinates": {},
    },
    "locations": [],
    "attendees": [],
}


def taken(body: object) -> Resource:
    """The writable properties that the body names (start and end apart); raises 400."""
    if not isinstance(body, dict):
        raise unreadable_body()
    found: Resource = {}
    for key, choices in _SPELLINGS.items():
        if body.get(key) is not None:
            found[key] = spelled(body[key], choices, key)
    for key in _FLAGS:
        if body.get(key) is not None:
            found[key] = _flag(body[key], key)
    _take_texts(body, found)
    _take_locations(body, found)
    if "attendees" in body:
        found["attendees"] = _attendees(body["attendees"] or [])
    if "recurrence" in body:
        if not isinstance(body["recurrence"], dict | None):
            raise unreadable_body()
        found["recurrence"] = body["recurrence"]
    if body.get("singleValueExtendedProperties") is not None:
        found["singleValueExtendedProperties"] = _extended(body["singleValueExtendedProperties"])
    return found


def spelled(value: object, choices: tuple[str, ...], name: str) -> str:
    """The choice as Graph writes it, whatever its case; raises 400."""
    for choice in choices:
        if isinstance(value, str) and choice.lower() == value.lower():
            return choice
    raise unreadable_body(f"Requested value '{value}' was not found for property '{name}'.")


def _flag(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise unreadable_body(f"Cannot convert the value of '{name}' to the expected type 'Edm.Boolean'.")


def _take_texts(body: Resource, found: Resource) -> None:
    if "subject" in body:
        subject = body["subject"] or ""
        if not isinstance(subject, str) or len(subject) > 255:
            raise failed_validation("The subject is too long.")
        found["subject"] = subject
    if isinstance(body.get("body"), dict):
        content_type = spelled(body["body"].get("contentType") or "text", ("text", "html"), "contentType")
        found["body"] = {"contentType": content_type, "content": str(body["body"].get("content") or "")}
    if isinstance(body.get("categories"), list):
        found["categories"] = [str(name) for name in body["categories"]]
    minutes = body.get("reminderMinutesBeforeStart")
    if minutes is not None:
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            raise unreadable_body()
        found["reminderMinutesBeforeStart"] = minutes


def _take_locations(body: Resource, found: Resource) -> None:
    many = body.get("locations")
    one = body.get("location")
    if isinstance(many, list) and many and not isinstance(one, dict):
        one = many[0]
    if isinstance(one, dict):
        found["location"] = _location(one)
        listed = many if isinstance(many, list) and many else [one] if one.get("displayName") else []
        found["locations"] = [_location(each) for each in listed if isinstance(each, dict)]


def _location(value: Resource) -> Resource:
    kept = {key: text for key, text in value.items() if text is not None and "@" not in key}
    kind = kept.get("locationType") or "default"
    name = str(kept.get("displayName") or "")
    return kept | {"displayName": name, "locationType": kind, "uniqueIdType": kept.get("uniqueIdType") or "private"}


def _attendees(value: object) -> list[Resource]:
    if not isinstance(value, list) or len(value) > _MOST_ATTENDEES:
        raise invalid_request("The attendees are not a list or too many.")
    found: list[Resource] = []
    for one in value:
        person = one.get("emailAddress") if isinstance(one, dict) else None
        if not isinstance(person, dict) or not isinstance(person.get("address"), str):
            raise failed_validation("An attendee needs an e-mail address.")
        address = person["address"]
        found.append(
            {
                "type": spelled(one.get("type") or "required", _ATTENDEE_TYPES, "type"),
                "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
                "emailAddress": {"name": person.get("name") or address, "address": address},
            }
        )
    return found


def _extended(value: object) -> list[Resource]:
    if not isinstance(value, list):
        raise unreadable_body()
    found: list[Resource] = []
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("id"), str):
            raise invalid_request("PropertyId values must be of the form '{type} {guid} Name {name}'.")
        if not re.fullmatch(r"\w+ (?:\{[0-9A-Fa-f-]{36}\} (?:Name|Id) .+|0x[0-9A-Fa-f]+)", one["id"]):
            raise invalid_request("PropertyId values must be of the form '{type} {guid} Name {name}'.")
        found.append({"id": one["id"], "value": str(one.get("value") or "")})
    return found


def merged_extended(before: list[Resource], change: list[Resource]) -> list[Resource]:
    """Properties keep their value unless the change names them."""
    by_id = {property_key(one["id"]): one for one in before}
    by_id |= {property_key(one["id"]): one for one in change}
    return list(by_id.values())


def property_key(property_id: str) -> str:
    """The GUID in an extended property's id is compared without regard to case."""
    kind, _, rest = property_id.partition(" ")
    guid, _, name = rest.partition(" ")
    return f"{kind} {guid.lower()} {name}".strip()


def plain_text(body: Resource) -> str:
    """The body without tags, as previews and text bodies show it."""
    content = str(body.get("content", ""))
    return content if body.get("contentType") == "text" else _TAGS.sub("", content).strip()
