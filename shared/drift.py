"""Drift (V6): how an entry or a meeting of ours stands at its provider, compared with what was written there.

A reading only raises a suspicion; what the provider answers for the very id decides.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

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
class EntryState:
    """What a provider shows of an entry; None where it does not say, or not so that it can be read."""

    start_at: datetime | None
    end_at: datetime | None
    title: str | None


@dataclass(frozen=True)
class Form:
    """What of an entry a drift is measured by; never the title itself."""

    start_at: datetime
    end_at: datetime
    title: str


@dataclass(frozen=True)
class KnownDrift:
    """What was told last; ``look`` is how the entry stood then."""

    drift_id: str
    look: str
    revision: int


def form_of(start_at: datetime, end_at: datetime, title: str) -> Form:
    return Form(start_at, end_at, title_digest(title))


def title_digest(title: str) -> str:
    """Equal for titles that a provider may have trimmed."""
    return _digest(" ".join(title.split())[:_COMPARED].rstrip())


def look_of(written: Form, found: EntryState | None) -> str:
    """``AS_WRITTEN``, ``GONE``, or what tells this state from others. A title that was not said is as it was."""
    if found is None:
        return GONE
    title = written.title if found.title is None else title_digest(found.title)
    if (found.start_at, found.end_at, title) == (written.start_at, written.end_at, written.title):
        return AS_WRITTEN
    return _digest(f"{found.start_at}/{found.end_at}/{title}")


def kind_of(written: Form, found: EntryState | None) -> DriftKind:
    """Of a state that is not as written."""
    if found is None:
        return DriftKind.DELETED
    moved = (found.start_at, found.end_at) != (written.start_at, written.end_at)
    return DriftKind.MOVED if moved else DriftKind.CHANGED


def is_mass_deletion(missing: int, coming: int) -> bool:
    """More than three, or more than a tenth (G17)."""
    tenth = coming >= _SHARE_COUNTS_FROM and missing > coming * _MOST_SHARE
    return missing > _MOST_DELETIONS or tenth


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
