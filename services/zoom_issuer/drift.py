"""Drift of meetings (E7): what is known of one that may stand otherwise at Zoom than it was written; pure.

A list or a webhook only raises a suspicion; what Zoom answers for the very meeting decides.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.zoom_issuer.drift_series import changed_as_found, taking_place
from services.zoom_issuer.model import Actual
from shared.drift import AS_WRITTEN, EntryState, Form, KnownDrift, form_of, look_of


@dataclass(frozen=True)
class MeetingDrift:
    """What was told last, and how the meeting stood then (None: gone); ``restore`` once it is to be put back."""

    known: KnownDrift
    found: EntryState | None
    restore: bool


@dataclass(frozen=True)
class Unproved:
    """Since when Zoom says that these occurrences are deleted; it must say so twice (G17)."""

    since: datetime
    originals: tuple[datetime, ...]


@dataclass(frozen=True)
class Suspicion:
    """Of one row. ``missing_since``: Zoom said then that the meeting is gone; ``accepted``: a person believes it, and
    that the ``unproved`` occurrences are.
    """

    suspected: bool
    missing_since: datetime | None
    drift: MeetingDrift | None
    accepted: bool
    tries: int
    unproved: Unproved | None = None

    @property
    def known_look(self) -> str:
        return self.drift.known.look if self.drift else AS_WRITTEN


def form_of_meeting(actual: Actual) -> Form:
    end_at = actual.start_at + timedelta(minutes=actual.minutes)
    return form_of(actual.start_at, end_at, actual.topic, taking_place(actual))


def comparable(actual: Actual, found: EntryState, now: datetime) -> EntryState:
    """A time that Zoom does not say is as it was written; so is one that is past: Zoom takes no such time over."""
    form = form_of_meeting(actual)
    if found.start_at is None or found.end_at is None or now >= form.start_at:
        return replace(found, start_at=form.start_at, end_at=form.end_at)
    return found


def looks_other(actual: Actual, suspicion: Suspicion, found: EntryState | None, now: datetime) -> bool:
    """Whether this shows something that is not known yet."""
    seen = comparable(actual, found, now) if found else None
    look = look_of(form_of_meeting(actual), seen)
    return look != suspicion.known_look or (suspicion.missing_since is not None and look == AS_WRITTEN)


def as_found(actual: Actual, found: EntryState) -> Actual:
    """What stands at Zoom, where a person changed it."""
    topic = actual.topic if found.title is None else found.title
    if actual.rrule or found.start_at is None or found.end_at is None:
        return replace(actual, topic=topic, changed=changed_as_found(actual, found))
    minutes = max(1, (found.end_at - found.start_at) // timedelta(minutes=1))
    return replace(actual, start_at=found.start_at, minutes=minutes, topic=topic)
