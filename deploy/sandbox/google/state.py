"""All that Google keeps: the calendars of each account, their events, watch channels, invitations. Plain data.

An event of several people is one entry per calendar with the same id and iCalUID; the organizer's is the original.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.changelog import ChangeLog
from deploy.sandbox.calendars.quota import Quota
from deploy.sandbox.calendars.span_index import SpanIndex
from deploy.sandbox.google.moments import Moment

CANCELLED = "cancelled"


@dataclass
class Entry:
    """One event in one calendar. ``resource`` is without start and end; lists and objects in it are never changed
    in place, so that copies may share them."""

    number: int
    resource: Resource
    start: Moment
    end: Moment
    updated_at: datetime
    revision: int = 1
    original: Moment | None = None
    """Of an exception to a series: the start it replaces."""

    @property
    def id(self) -> str:
        return str(self.resource["id"])

    @property
    def cancelled(self) -> bool:
        return bool(self.resource["status"] == CANCELLED)

    @property
    def master_id(self) -> str | None:
        return self.resource.get("recurringEventId")

    @property
    def recurrence(self) -> list[str]:
        return self.resource.get("recurrence") or []

    @property
    def organizer(self) -> str:
        return str(self.resource["organizer"]["email"])

    def guests(self) -> list[Resource]:
        return self.resource.get("attendees") or []


def marks(resource: Resource) -> set[tuple[str, str, str]]:
    """What an entry is found by: its extended properties and its iCalendar id."""
    extended = resource.get("extendedProperties") or {}
    found = {
        (kind, str(key), str(value))
        for kind in ("private", "shared")
        for key, value in (extended.get(kind) or {}).items()
    }
    return found | {("iCalUID", "", str(resource["iCalUID"]))}


@dataclass
class GoogleCalendar:
    """One calendar, whose id is ``email`` (of a primary one the account's address); its events are found by id, by
    time, by mark and by change."""

    email: str
    zone: str
    owner: str = ""
    """Of one beside the primary: the account that made it."""
    summary: str = ""
    shares: tuple[tuple[str, str], ...] = ()
    """Accounts that have it on their lists too, with their access roles."""
    entries: dict[str, Entry] = field(default_factory=dict)
    log: ChangeLog = field(default_factory=ChangeLog)
    _spans: SpanIndex = field(default_factory=SpanIndex)
    _marked: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    _exceptions: dict[str, set[str]] = field(default_factory=dict)

    @property
    def person(self) -> str:
        """The account that it belongs to."""
        return self.owner or self.email

    def role_of(self, account: str) -> str | None:
        """What the account may do here."""
        return "owner" if account.lower() == self.person else dict(self.shares).get(account.lower())

    def put(self, entry: Entry) -> None:
        """Add the entry or take over its change."""
        previous = self.entries.get(entry.id)
        if previous is not None:
            self._unmark(previous)
        self.entries[entry.id] = entry
        for mark in marks(entry.resource):
            self._marked.setdefault(mark, set()).add(entry.id)
        if entry.recurrence:
            self._spans.put_always(entry.id)
        else:
            self._spans.put(entry.id, entry.start.instant(self.zone), entry.end.instant(self.zone))
        if entry.master_id:
            self._exceptions.setdefault(entry.master_id, set()).add(entry.id)
        self.log.touch(entry.id)

    def _unmark(self, entry: Entry) -> None:
        for mark in marks(entry.resource):
            self._marked[mark].discard(entry.id)
            if not self._marked[mark]:
                del self._marked[mark]

    def marked(self, mark: tuple[str, str, str]) -> set[str]:
        return self._marked.get(mark, set())

    def near(self, start: datetime | None, end: datetime | None) -> set[str]:
        """Ids of all that may overlap the window."""
        return self._spans.candidates(start, end)

    def exceptions(self, master_id: str) -> Iterator[Entry]:
        return (self.entries[entry_id] for entry_id in self._exceptions.get(master_id, ()))


@dataclass
class Channel:
    """A watch channel; ``dirty`` when a change is still to be told."""

    id: str
    resource_id: str
    resource_uri: str
    calendar: str
    owner: str
    address: str
    token: str | None
    expires_at: datetime
    message_number: int = 0
    dirty: bool = False


@dataclass
class GoogleSettings:
    """What tests may change while it runs (``PUT /inspect/google/settings``)."""

    rate_limit_status: int = 403


@dataclass
class GoogleState:
    calendars: dict[str, GoogleCalendar] = field(default_factory=dict)
    homes: dict[str, list[str]] = field(default_factory=dict)
    """Per event id the calendars that have it, the organizer's first."""
    channels: dict[str, Channel] = field(default_factory=dict)
    watching: dict[str, set[str]] = field(default_factory=dict)
    """Per calendar the ids of its channels."""
    used_channel_ids: set[str] = field(default_factory=set)
    invitations: deque[Resource] = field(default_factory=lambda: deque(maxlen=20_000))
    settings: GoogleSettings = field(default_factory=GoogleSettings)
    user_quota: Quota = field(default_factory=lambda: Quota(600, timedelta(minutes=1)))
    project_quota: Quota = field(default_factory=lambda: Quota(10_000, timedelta(minutes=1)))
    numbers: int = 0
    sync_epoch: int = 0
    """Sync tokens of earlier epochs are no longer valid."""

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def calendar(self, email: str, zone: str) -> GoogleCalendar:
        """The calendar of this account, made on first use."""
        key = email.lower()
        if key not in self.calendars:
            self.calendars[key] = GoogleCalendar(key, zone)
        return self.calendars[key]

    def find(self, event_id: str, email: str | None = None) -> tuple[GoogleCalendar, Entry] | None:
        """The entry with this id in that calendar, or the organizer's."""
        homes = [email.lower()] if email else self.homes.get(event_id, [])
        for home in homes:
            calendar = self.calendars.get(home)
            if calendar is not None and event_id in calendar.entries:
                return calendar, calendar.entries[event_id]
        return None

    def put(self, calendar: GoogleCalendar, entry: Entry) -> None:
        calendar.put(entry)
        homes = self.homes.setdefault(entry.id, [])
        if calendar.email not in homes:
            homes.append(calendar.email)
