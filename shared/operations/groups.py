"""Owed effects that are equal but for whose they are, told once with how many there are (X7). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.contracts.api.operations import OwedEffect, OwedStatus
from shared.cursors import CursorInvalid, cursor_of, parts_of

FEW = 3
"""So many equal ones are still read one by one."""


class Kind(NamedTuple):
    """What equal effects have in common."""

    service: str
    status: str
    effect: str
    purpose: str
    absent: str
    reason: str

    @property
    def id(self) -> str:
        return cursor_of(*self)


def kind_of(owed: OwedEffect) -> Kind:
    absent = "absent" if owed.absent else ""
    return Kind(owed.service, owed.status, owed.effect, owed.purpose or "", absent, owed.reason)


def kind_named(an_id: str) -> Kind:
    """Raises ``CursorInvalid``."""
    kind = Kind(*parts_of(an_id, len(Kind._fields)))
    if kind.status not in {status.value for status in OwedStatus}:
        raise CursorInvalid()
    return kind


@dataclass(frozen=True)
class Group:
    """Equal ones, in the order in which they came: at least one."""

    kind: Kind
    rows: Sequence[OwedEffect]

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def oldest_at(self) -> datetime:
        return min(row.since for row in self.rows)

    @property
    def next_at(self) -> datetime | None:
        """The first next try of any; None where all wait for somebody, or failed."""
        return min((row.until for row in self.rows if row.until), default=None)


def grouped(owed: Iterable[OwedEffect]) -> tuple[list[Group], list[OwedEffect]]:
    """Those of which there are more than ``FEW`` equal ones, the most first; and the others, in their order."""
    by_kind: dict[Kind, list[OwedEffect]] = {}
    for one in owed:
        by_kind.setdefault(kind_of(one), []).append(one)
    groups = [Group(kind, rows) for kind, rows in by_kind.items() if len(rows) > FEW]
    few = [one for rows in by_kind.values() if len(rows) <= FEW for one in rows]
    return sorted(groups, key=lambda group: group.count, reverse=True), few
