"""All that Microsoft keeps: mailboxes with their events, subscriptions, what was mailed. Plain data.

A meeting is one event per mailbox, each with its own id and all with one iCalUId; the organizer's is the original.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.changelog import ChangeLog
from deploy.sandbox.calendars.quota import Quota
from deploy.sandbox.calendars.span_index import SpanIndex
from deploy.sandbox.microsoft.bodies import property_key
from deploy.sandbox.microsoft.times import Span

TENANT_ID = "3aa4a235-b6e2-48d5-9195-7fcf05b459b0"


@dataclass
class Event:
    """One event in one mailbox. ``resource`` holds what was written; nothing in it is changed in place."""

    number: int
    id: str
    uid: str
    resource: Resource
    span: Span
    organizer: str
    """Address, lower case."""
    created_at: datetime
    updated_at: datetime
    response: str = "organizer"
    """The mailbox owner's own: organizer, notResponded, accepted, tentativelyAccepted."""
    revision: int = 1
    deleted: bool = False
    master_id: str | None = None
    original: datetime | None = None
    """Of an occurrence or exception: the local start that the rule gives it."""
    exception: bool = False
    calendar: str = ""
    """Id of the calendar that it stands in, empty for the default one."""

    @property
    def change_key(self) -> str:
        return f"{self.number:08x}{self.revision:08x}"

    @property
    def etag(self) -> str:
        return f'W/"{self.change_key}"'

    @property
    def recurrence(self) -> Resource | None:
        return self.resource.get("recurrence")

    def attendees(self) -> list[Resource]:
        return self.resource.get("attendees") or []


def address_of(attendee: Resource) -> str:
    return str((attendee.get("emailAddress") or {}).get("address", "")).lower()


def marks(event: Event) -> set[tuple[str, str]]:
    """What an event is found by: its iCalUId and its extended properties."""
    properties = event.resource.get("singleValueExtendedProperties") or []
    return {("iCalUId", event.uid)} | {(property_key(one["id"]), str(one["value"])) for one in properties}


@dataclass(frozen=True)
class Calendar:
    """One beside the default one. ``can_edit`` is false where the mailbox may only read it."""

    id: str
    name: str
    can_edit: bool = True


@dataclass
class Mailbox:
    """One account's calendars; events are found by id, by time, by mark and by change."""

    user_id: str
    email: str
    name: str
    zone: str
    events: dict[str, Event] = field(default_factory=dict)
    log: ChangeLog = field(default_factory=ChangeLog)
    transactions: dict[str, str] = field(default_factory=dict)
    """transactionId to the id of the event that it made, deleted or not."""
    calendars: dict[str, Calendar] = field(default_factory=dict)
    """Those beside the default one, by id."""
    _spans: SpanIndex = field(default_factory=SpanIndex)
    _marked: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _exceptions: dict[str, set[str]] = field(default_factory=dict)

    @property
    def calendar_id(self) -> str:
        return f"AAMkAD{self.user_id.replace('-', '')}AAA="

    def put(self, event: Event) -> None:
        """Add the event or take over its change; a deleted one stays for delta only."""
        previous = self.events.get(event.id)
        if previous is not None:
            for mark in marks(previous):
                self._marked.get(mark, set()).discard(event.id)
                if not self._marked.get(mark):
                    self._marked.pop(mark, None)
        self.events[event.id] = event
        if event.master_id:
            self._exceptions.setdefault(event.master_id, set()).add(event.id)
        if event.deleted:
            self._spans.remove(event.id)
        else:
            for mark in marks(event):
                self._marked.setdefault(mark, set()).add(event.id)
            if event.recurrence:
                self._spans.put_always(event.id)
            else:
                self._spans.put(event.id, *event.span.instants())
        self.log.touch(event.id)

    def live(self, event_id: str) -> Event | None:
        event = self.events.get(event_id)
        return None if event is None or event.deleted else event

    def marked(self, mark: tuple[str, str]) -> list[Event]:
        return self._ordered(self._marked.get(mark, set()))

    def near(self, start: datetime, end: datetime) -> list[Event]:
        """All that may overlap the window, in the order in which they were made."""
        return self._ordered(self._spans.candidates(start, end))

    def _ordered(self, ids: set[str]) -> list[Event]:
        return sorted((self.events[event_id] for event_id in ids), key=lambda event: event.number)

    def forget_exceptions(self, master_id: str) -> None:
        """Another pattern or time of a series undoes what was done to single occurrences."""
        for event_id in list(self._exceptions.get(master_id, ())):
            self.put(replace(self.events[event_id], deleted=True))
        self._exceptions.pop(master_id, None)

    def exceptions(self, master_id: str) -> Iterator[Event]:
        return (self.events[event_id] for event_id in self._exceptions.get(master_id, ()))


@dataclass
class Subscription:
    """Whom to tell about which mailbox; ``pending`` are changes not yet told."""

    id: str
    mailbox: str
    resource: str
    change_types: set[str]
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: datetime
    application_id: str
    creator_id: str
    calendar: str = ""
    pending: list[Resource] = field(default_factory=list)


class Duplicate(StrEnum):
    """What a transactionId used before is answered with."""

    BAD_REQUEST = "400"
    CONFLICT = "409"
    EXISTING = "existing"


@dataclass
class MicrosoftSettings:
    """What tests may change while it runs (``PUT /inspect/microsoft/settings``)."""

    duplicate_transaction: Duplicate = Duplicate.BAD_REQUEST
    mailbox_concurrency: int = 4
    service_time_s: float = 0.0
    """How long a request keeps its mailbox busy, beside the sandbox's latency."""


@dataclass
class MicrosoftState:
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    copies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per iCalUId the address and event id of every copy, the organizer's first."""
    homes: dict[str, str] = field(default_factory=dict)
    """Per event id the address of its mailbox."""
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    listening: dict[str, set[str]] = field(default_factory=dict)
    """Per mailbox the ids of its subscriptions."""
    invitations: deque[Resource] = field(default_factory=lambda: deque(maxlen=20_000))
    settings: MicrosoftSettings = field(default_factory=MicrosoftSettings)
    quota: Quota = field(default_factory=lambda: Quota(10_000, timedelta(minutes=10)))
    numbers: int = 0
    delta_epoch: int = 0
    """Delta tokens of earlier epochs are no longer known."""

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def put(self, mailbox: Mailbox, event: Event) -> None:
        mailbox.put(event)
        self.homes[event.id] = mailbox.email
        if event.master_id is None:
            self.copies.setdefault(event.uid, {})[mailbox.email] = event.id
