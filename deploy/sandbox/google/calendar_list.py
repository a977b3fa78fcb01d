"""The calendars of an account: its primary one, those it made, and those that others share with it (calendarList)."""

import secrets
from collections.abc import Callable

from starlette.datastructures import QueryParams

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.opaque_tokens import seal, unseal
from deploy.sandbox.google.errors import invalid
from deploy.sandbox.google.list_query import number
from deploy.sandbox.google.state import GoogleCalendar, GoogleState

_ROLES = ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
"""From the least to the most."""
WRITERS = _ROLES[2:]


class CalendarLists:
    """What is on whose list, and who may do what there."""

    def __init__(self, state: GoogleState, calendar_of: Callable[[str], GoogleCalendar | None]) -> None:
        self._state = state
        self._calendar_of = calendar_of

    def of(self, account: str) -> list[GoogleCalendar]:
        """The primary one first, the others as they were made."""
        primary = self._calendar_of(account)
        others = [one for one in self._state.calendars.values() if one.owner and one.role_of(account)]
        return [*([primary] if primary else []), *others]

    def named(self, account: str, calendar_id: str) -> GoogleCalendar | None:
        """One of them by its id; ``primary`` is the account's own."""
        if calendar_id == "primary" or calendar_id.lower() == account.lower():
            return self._calendar_of(account)
        found = self._state.calendars.get(calendar_id.lower())
        return found if found is not None and found.role_of(account) else None

    def make(self, account: str, summary: str) -> GoogleCalendar | None:
        """Another calendar of this account; None where there is no such account."""
        primary = self._calendar_of(account)
        if primary is None:
            return None
        made = self._state.calendar(f"c_{secrets.token_hex(16)}@group.calendar.google.com", primary.zone)
        made.owner, made.summary = primary.email, summary
        return made

    def share(self, calendar: GoogleCalendar, account: str, role: str | None) -> None:
        """Let the account see it as ``role`` says; None ends that."""
        kept = tuple(one for one in calendar.shares if one[0] != account.lower())
        calendar.shares = (*kept, *([(account.lower(), role)] if role else []))

    def page(self, account: str, params: QueryParams) -> Resource:
        """The answer to calendarList.list."""
        least = params.get("minAccessRole") or _ROLES[0]
        if least not in _ROLES:
            raise invalid("Invalid value for minAccessRole.", "minAccessRole")
        roles = _ROLES[_ROLES.index(least) :]
        found = [one for one in self.of(account) if one.role_of(account) in roles]
        start, size = _start(params.get("pageToken")), min(number(params, "maxResults", 100, 250) or 100, 250)
        answer: Resource = {
            "kind": "calendar#calendarList",
            "etag": f'"p{len(found)}"',
            "items": [list_entry(one, account) for one in found[start : start + size]],
        }
        if start + size < len(found):
            return answer | {"nextPageToken": seal({"kind": "calendars", "start": start + size})}
        return answer | {"nextSyncToken": "calendars-1"}


def _start(token: str | None) -> int:
    if not token:
        return 0
    content = unseal(token)
    if content is None or content.get("kind") != "calendars":
        raise invalid("Invalid page token value.", "pageToken")
    return int(content["start"])


def calendar_resource(calendar: GoogleCalendar) -> Resource:
    return {
        "kind": "calendar#calendar",
        "etag": '"1"',
        "id": calendar.email,
        "summary": calendar.summary or calendar.email,
        "timeZone": calendar.zone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        **({"dataOwner": calendar.owner} if calendar.owner else {}),
    }


def list_entry(calendar: GoogleCalendar, account: str) -> Resource:
    entry = calendar_resource(calendar) | {
        "kind": "calendar#calendarListEntry",
        "accessRole": calendar.role_of(account),
        "selected": True,
        "defaultReminders": [{"method": "popup", "minutes": 10}],
        "colorId": "14",
        "backgroundColor": "#9fe1e7",
        "foregroundColor": "#000000",
    }
    return entry if calendar.owner else entry | {"primary": True}
