"""The ledger: one row per hold and per entry, with what is wanted beside what is written (G10, G13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.calendar_sync.model.calendars import MAIN
from services.calendar_sync.model.entries import Part
from services.calendar_sync.model.strays import Stray
from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import Cause
from shared.drift import AS_WRITTEN, GONE, Form, KnownDrift

WRITE_MARGIN = timedelta(hours=1)
"""How long after its end (or after the last wish, where that is later) a hold or an entry is still written."""
REMOVE_MARGIN = timedelta(days=7)
"""The same for removing one; until then a calendar that was disconnected may be connected again."""
_KEPT = timedelta(days=90)


class RowKind(StrEnum):
    """A hold stands for a candidate slot, an entry for an appointment."""

    HOLD = "hold"
    ENTRY = "entry"


@dataclass(frozen=True)
class WrittenEntry:
    """What is at the provider as far as we know; ``digest`` of the draft that was written, ``form`` what drift is
    measured by (None where it was written before that was kept).
    """

    connection_id: str
    provider: Provider
    entry_id: str
    ical_uid: str
    generation: int
    digest: str
    revision: int
    with_meeting: bool
    form: Form | None = None
    room_id: str | None = None
    calendar_id: str = MAIN
    others: tuple[Part, ...] = ()
    with_guest: bool | None = None
    """Whether the guest is a participant; None where they are not to be one (H9)."""

    @property
    def entry_ids(self) -> tuple[str, ...]:
        """All under which it stands."""
        return (self.entry_id, *(one.entry_id for one in self.others))


class Verdict(StrEnum):
    """What a person decided about an entry that was missing when the sync froze."""

    ACCEPT = "accept"
    RESTORE = "restore"


@dataclass(frozen=True)
class Attempted:
    """A create that began and whose result is not known yet."""

    connection_id: str
    generation: int
    calendar_id: str = MAIN


@dataclass(frozen=True)
class Unproved:
    """Occurrences that the provider first said to be cancelled at ``since``; once is no proof (G17)."""

    since: datetime
    originals: tuple[datetime, ...]


@dataclass(frozen=True)
class Row:
    """``about`` is the proposal or appointment; ``provider`` is fixed for entries and chosen at writing for holds.

    An unwanted row with ``after`` waits until those rows are written: a move creates first, then deletes (G15).
    ``told`` says that the others heard of a write that failed, and are owed the end of it (G9). ``said_at`` is the
    time of the last event about the row: the next one's is later, so that events of one revision have an order.
    ``missing_since`` is when the provider first said that the written entry is gone (G17), ``unproved`` the same of
    occurrences of a series. ``suspected`` wants the
    provider to be asked how the entry stands; ``drift`` is what the others were told of it and nobody decided yet (V6).
    ``room_id`` is the room that is booked with the organizer's. ``strays`` stand beside the row's own entry and are to
    go (G13).
    """

    row_id: str
    organization_id: str
    kind: RowKind
    about: str
    staff_id: str
    slot_id: str | None
    provider: Provider | None
    present: bool
    participants: tuple[str, ...]
    after: tuple[str, ...]
    revision: int
    wanted_version: int
    generation: int
    written: WrittenEntry | None
    attempted: Attempted | None
    tries: int
    cause: Cause
    traceparent: str | None
    ends_at: datetime
    caused_at: datetime
    told: bool = False
    said_at: datetime | None = None
    missing_since: datetime | None = None
    room_id: str | None = None
    suspected: bool = False
    drift: KnownDrift | None = None
    verdict: Verdict | None = None
    unproved: Unproved | None = None
    strays: tuple[Stray, ...] = ()

    @property
    def calendar_id(self) -> str:
        """Where the entry stands, or may: it stays there whatever its person chooses later (V8)."""
        bound = self.written or self.attempted
        return bound.calendar_id if bound else MAIN

    @property
    def known_look(self) -> str:
        """How the entry stands as far as was seen."""
        if self.drift is not None:
            return self.drift.look
        return GONE if self.missing_since is not None else AS_WRITTEN

    @property
    def is_doubted(self) -> bool:
        """Whether the entry may stand otherwise than it was written."""
        return self.suspected or self.drift is not None

    @property
    def is_overtaken(self) -> bool:
        """A newer wish of ours settles whatever somebody did to the entry."""
        return self.written is not None and self.written.revision < self.revision

    @property
    def has_followers(self) -> bool:
        """Whether work for others follows once it is settled (a free room, calendars to be read again, strays): who
        fails in that still needs the lease, to try the row once more.
        """
        return bool(self.strays or self.participants or self.room_id)

    @property
    def marker(self) -> str:
        return self.row_id

    @property
    def last_moment(self) -> datetime:
        """When the row is given up for good, so that nothing is tried or waits without end (G9)."""
        return max(self.ends_at, self.caused_at) + (WRITE_MARGIN if self.present else REMOVE_MARGIN)


@dataclass(frozen=True)
class WantedRow:
    """What an event wants of one row."""

    row_id: str
    kind: RowKind
    about: str
    staff_id: str
    slot_id: str | None
    provider: Provider | None
    participants: tuple[str, ...]
    ends_at: datetime
    room_id: str | None = None


def prunable_at(ends_at: datetime, now: datetime) -> datetime:
    """When nobody asks for a row any more: neither a change of what is past nor a look at whose an entry is (G4)."""
    return max(ends_at, now) + _KEPT
