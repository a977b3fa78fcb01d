"""Drift (V6): how an entry or a meeting of ours stands at its provider, compared with what was written there.

A reading only raises a suspicion; what the provider answers for the very id decides.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape

from shared.contracts.drift import DriftKind

BELIEVE_MISSING_AFTER = timedelta(seconds=60)
"""Between the two answers that an entry is gone (G17)."""
AS_WRITTEN = ""
GONE = "gone"
_MOST_DELETIONS = 3
_MOST_SHARE = 0.1
_SHARE_COUNTS_FROM = 10
"""Of fewer coming entries one alone would be more than a tenth."""
_COMPARED = 255
"""Providers may cut titles here."""


@dataclass(frozen=True)
class OccurrenceState:
    """One occurrence of a series (E6), named by when the rule has it begin; without times it is said to be gone."""

    original_start_at: datetime
    start_at: datetime | None
    end_at: datetime | None

    @property
    def is_gone(self) -> bool:
        return self.start_at is None


@dataclass(frozen=True)
class EntryState:
    """What a provider shows of an entry; None where it does not say, or not so that it can be read. ``occurrences`` are
    those of a series of which it says something.
    """

    start_at: datetime | None
    end_at: datetime | None
    title: str | None
    occurrences: tuple[OccurrenceState, ...] = ()
    description: str | None = None


@dataclass(frozen=True)
class Form:
    """What of an entry a drift is measured by; never the words themselves. ``occurrences`` are those that take place.
    ``description`` is empty where it counts for nothing; ``also`` is another one that counts as written: what our last
    write overwrote, as long as no reading has shown what was written instead.
    """

    start_at: datetime
    end_at: datetime
    title: str
    occurrences: tuple[OccurrenceState, ...] = ()
    description: str = ""
    also: str = ""


@dataclass(frozen=True)
class KnownDrift:
    """What was told last; ``look`` is how the entry stood then, ``gone`` which occurrences were told as deleted."""

    drift_id: str
    look: str
    revision: int
    gone: tuple[datetime, ...] = ()
    description: str = ""
    """The digest of what was found."""


def form_of(
    start_at: datetime,
    end_at: datetime,
    title: str,
    occurrences: Iterable[OccurrenceState] = (),
    description: str | None = None,
) -> Form:
    described = "" if description is None else text_digest(description)
    return Form(start_at, end_at, title_digest(title), tuple(occurrences), described)


def text_digest(text: str) -> str:
    """Equal for descriptions that a provider may have set anew."""
    return _digest(" ".join(unescape(text).split()))


def description_changed(written: Form, found: str | None) -> bool:
    """Of a description that was not said nothing is known."""
    if not written.description or found is None:
        return False
    return text_digest(found) not in (written.description, written.also)


def title_digest(title: str) -> str:
    """Equal for titles that a provider may have trimmed."""
    return _digest(" ".join(title.split())[:_COMPARED].rstrip())


def look_of(written: Form, found: EntryState | None) -> str:
    """``AS_WRITTEN``, ``GONE``, or what tells this state from others. A title that was not said is as it was."""
    if found is None:
        return GONE
    title = written.title if found.title is None else title_digest(found.title)
    described = text_digest(found.description or "") if description_changed(written, found.description) else ""
    stands = (found.start_at, found.end_at, title, described)
    changed = changed_occurrences(written, found)
    if stands == (written.start_at, written.end_at, written.title, "") and not changed:
        return AS_WRITTEN
    single = "".join(f"/{one.original_start_at}>{one.start_at}-{one.end_at}" for one in changed)
    return _digest("/".join(filter(None, (str(found.start_at), str(found.end_at), title, described))) + single)


def changed_occurrences(written: Form, found: EntryState) -> tuple[OccurrenceState, ...]:
    """Those that the provider says stand otherwise; of what it does not mention nothing is known (G17). Where the whole
    was moved, its occurrences are others.
    """
    if is_moved(written, found):
        return ()
    said = {one.original_start_at: one for one in found.occurrences}
    both = ((one, said.get(one.original_start_at)) for one in written.occurrences)
    return tuple(now for was, now in both if now is not None and now != was)


def gone_occurrences(written: Form, found: EntryState) -> tuple[datetime, ...]:
    return tuple(one.original_start_at for one in changed_occurrences(written, found) if one.is_gone)


def not_believing(found: EntryState, gone: Iterable[datetime]) -> EntryState:
    """The same without a word on these."""
    doubted = set(gone)
    return replace(found, occurrences=tuple(one for one in found.occurrences if one.original_start_at not in doubted))


def is_moved(written: Form, found: EntryState) -> bool:
    """As a whole."""
    return (found.start_at, found.end_at) != (written.start_at, written.end_at)


def kind_of(written: Form, found: EntryState | None) -> DriftKind:
    """Of a state that is not as written."""
    if found is None:
        return DriftKind.DELETED
    return DriftKind.MOVED if is_moved(written, found) else DriftKind.CHANGED


def differs_as_a_whole(written: Form, found: EntryState) -> bool:
    """In time or title, whatever became of single occurrences and of the description."""
    return look_of(written, replace(found, occurrences=(), description=None)) != AS_WRITTEN


def is_mass_deletion(missing: int, coming: int) -> bool:
    """More than three, or more than a tenth (G17)."""
    tenth = coming >= _SHARE_COUNTS_FROM and missing > coming * _MOST_SHARE
    return missing > _MOST_DELETIONS or tenth


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
