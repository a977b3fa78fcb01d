"""Entries of ours that stand where none is wanted (G13): that came back after we had removed them, or that were made a
second time. Pure.

A mark alone proves nothing, since copies bear some too. What counts is an id that we removed ourselves, Google's id,
which we chose, or at Microsoft our key at the very time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.calendar_sync.model.busy import BusyEntry
from services.calendar_sync.model.entries import provider_key
from shared.contracts.calendar_sync import Provider


@dataclass(frozen=True)
class Stray:
    """Where an entry stands that is to go."""

    connection_id: str
    calendar_id: str
    entry_id: str


@dataclass(frozen=True)
class KnownPlace:
    """What a ledger row says of where its entry stands (``written``), stood until ``removed_at``, or may stand while a
    create is ``under_way``. Not ``own`` where the person takes part in a colleague's, which shows here as a copy.
    """

    row_id: str
    own: bool
    present: bool
    generation: int
    ends_at: datetime
    written: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    removed_at: datetime | None = None
    under_way: bool = False

    def accounts_for(self, entry_id: str, read_at: datetime) -> bool:
        """What was removed after the reading began may well be in it."""
        lingers = entry_id in self.removed and (self.removed_at is None or self.removed_at >= read_at)
        return entry_id in self.written or lingers

    @property
    def may_have_another(self) -> bool:
        """Whether one beside ``written`` is one too many: where one is wanted and none written, it is taken over."""
        return self.own and not self.under_way and (bool(self.written) or not self.present)


def strays_among(
    entries: Iterable[BusyEntry], places: Sequence[KnownPlace], provider: Provider, *, now: datetime, read_at: datetime
) -> dict[str, str]:
    """The rows by the ids of strays. Of a series the series is meant; at Microsoft, whose occurrences bear no key of
    ours, only one that we removed is known.
    """
    unknown = _unexplained(entries, places, now, read_at)
    removed = {entry_id: place for place in places for entry_id in place.removed}
    found = {name: removed[name] for name in unknown if name in removed}
    marked = {name: entry for name, entry in unknown.items() if name not in found and _key_of(name, entry, provider)}
    if marked:
        by_key = _by_key(places)
        for name, entry in marked.items():
            place = by_key.get(_key_of(name, entry, provider))
            if place is not None and (provider is Provider.GOOGLE or entry.end_at == place.ends_at):
                found[name] = place
    return {name: place.row_id for name, place in found.items() if place.may_have_another}


def may_be_strays(
    entries: Iterable[BusyEntry], named: Sequence[KnownPlace], provider: Provider, *, now: datetime, read_at: datetime
) -> bool:
    """Whether ``strays_among`` may find some, by the places alone that name one of these entries."""
    removed = {entry_id for place in named for entry_id in place.removed}
    unknown = _unexplained(entries, named, now, read_at)
    return any(name in removed or _key_of(name, entry, provider) for name, entry in unknown.items())


def _unexplained(
    entries: Iterable[BusyEntry], places: Sequence[KnownPlace], now: datetime, read_at: datetime
) -> dict[str, BusyEntry]:
    """What is to come and stands where no row says so; of a series one stands for all."""
    coming = {one.series_id or one.entry_id: one for one in entries if one.end_at > now}
    return {
        entry_id: entry
        for entry_id, entry in coming.items()
        if not any(place.accounts_for(entry_id, read_at) for place in places)
    }


def _key_of(entry_id: str, entry: BusyEntry, provider: Provider) -> str:
    """Google's instances are named after their series."""
    return entry_id if provider is Provider.GOOGLE and entry.marker else entry.marker


def _by_key(places: Sequence[KnownPlace]) -> dict[str, KnownPlace]:
    """An attempt that was told nothing of may have used the next generation."""
    return {
        provider_key(place.row_id, generation): place
        for place in places
        if place.own
        for generation in range(place.generation + 2)
    }
