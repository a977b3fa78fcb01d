"""Which of an account's calendars count as busy and which one takes entries (V8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

MAIN: Final = "main"
"""How the account's main calendar is called here, whatever its provider calls it."""


@dataclass(frozen=True)
class ListedCalendar:
    """A calendar as its provider lists it; ``can_write`` where entries may be made in it."""

    calendar_id: str
    name: str
    can_write: bool

    @property
    def is_main(self) -> bool:
        return self.calendar_id == MAIN


class Loss(StrEnum):
    """``gone``: deleted or no longer shared; ``read_only``: it takes no entries any more."""

    GONE = "gone"
    READ_ONLY = "read_only"


@dataclass(frozen=True)
class LostCalendar:
    """One that had been chosen; its person is told until they choose anew."""

    calendar_id: str
    name: str
    loss: Loss


@dataclass(frozen=True)
class CalendarChoice:
    """``busy`` is never empty. ``names`` are those of chosen calendars beside the main one. ``version`` grows with
    each change.
    """

    busy: tuple[str, ...] = (MAIN,)
    entries: str = MAIN
    names: tuple[tuple[str, str], ...] = ()
    lost: tuple[LostCalendar, ...] = ()
    version: int = 0

    @classmethod
    def of(cls, busy: Sequence[str], entries: str, listed: Sequence[ListedCalendar]) -> "CalendarChoice":
        """In the order of the list, so that the same choice is always the same."""
        chosen = tuple(one.calendar_id for one in listed if one.calendar_id in busy)
        kept = {*chosen, entries} - {MAIN}
        return cls(chosen, entries, tuple((one.calendar_id, one.name) for one in listed if one.calendar_id in kept))

    @property
    def read(self) -> tuple[str, ...]:
        """What is read: where entries go too, since what becomes of them there is to be noticed (V6)."""
        return self.busy if self.entries in self.busy else (*self.busy, self.entries)

    @property
    def gone(self) -> frozenset[str]:
        return frozenset(one.calendar_id for one in self.lost if one.loss is Loss.GONE)

    def name_of(self, calendar_id: str) -> str:
        return dict(self.names).get(calendar_id, "")

    def without(self, calendar_id: str) -> "CalendarChoice":
        """After the calendar was lost; the main one takes its place where nothing else is left."""
        busy = tuple(one for one in self.busy if one != calendar_id) or (MAIN,)
        entries = MAIN if self.entries == calendar_id else self.entries
        return replace(self, busy=busy, entries=entries, lost=self._lost(calendar_id, Loss.GONE))

    def not_written(self, calendar_id: str) -> "CalendarChoice":
        """After the calendar refused an entry: the main one takes them."""
        if self.entries != calendar_id:
            return self
        return replace(self, entries=MAIN, lost=self._lost(calendar_id, Loss.READ_ONLY))

    def _lost(self, calendar_id: str, loss: Loss) -> tuple[LostCalendar, ...]:
        others = tuple(one for one in self.lost if one.calendar_id != calendar_id)
        return (*others, LostCalendar(calendar_id, self.name_of(calendar_id), loss))


def mirror_id_of(connection_id: str, calendar_id: str) -> str:
    """The name of the main calendar's mirror is the connection's own."""
    return connection_id if calendar_id == MAIN else f"{connection_id}#{calendar_id}"
