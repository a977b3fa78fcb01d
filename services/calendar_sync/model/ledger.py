"""The ledger: one row per hold and per entry, with what is wanted beside what is written (G10, G13)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import Cause


class RowKind(StrEnum):
    """A hold stands for a candidate slot, an entry for an appointment."""

    HOLD = "hold"
    ENTRY = "entry"


@dataclass(frozen=True)
class WrittenEntry:
    """What is at the provider as far as we know; ``digest`` of the draft that was written."""

    connection_id: str
    provider: Provider
    entry_id: str
    ical_uid: str
    generation: int
    digest: str
    revision: int
    with_meeting: bool


@dataclass(frozen=True)
class Attempted:
    """A create that began and whose result is not known yet."""

    connection_id: str
    generation: int


@dataclass(frozen=True)
class Row:
    """``about`` is the proposal or appointment; ``provider`` is fixed for entries and chosen at writing for holds.

    An unwanted row with ``after`` waits until those rows are written: a move creates first, then deletes (G15).
    ``told`` says that the others heard of a write that failed, and are owed the end of it (G9).
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
    ends_at: datetime | None
    told: bool = False

    @property
    def marker(self) -> str:
        return self.row_id


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
    ends_at: datetime | None
