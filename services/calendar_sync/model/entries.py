"""What we write into calendars: a draft that no vendor's words touch, its name at the provider, and its digest."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from services.calendar_sync.model.series import DraftSeries
from services.calendar_sync.model.text import EntryText
from shared.contracts.booking import Visibility
from shared.drift import Form, form_of

_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
PREFIX = "chosei"


@dataclass(frozen=True)
class Participant:
    """Who sees the entry in their own calendar: a colleague on the same provider (R26), or the guest (H9)."""

    email: str
    name: str


@dataclass(frozen=True)
class EntryDraft:
    """A calendar entry as it should be. ``marker`` names our ledger row; a hold is ``tentative`` and reminds nobody."""

    marker: str
    title: str
    description: str
    location: str
    start_at: datetime
    end_at: datetime
    time_zone: str
    tentative: bool
    visibility: Visibility
    participants: tuple[Participant, ...] = ()
    room: Participant | None = None
    """Booked with the entry, as an attendee of its own kind."""
    guest: Participant | None = None
    """Takes part as well and answers; reads the description (H9, R15)."""
    all_day: bool = False
    """Whole days of ``time_zone``."""
    series: DraftSeries | None = None
    text: EntryText | None = None
    """Of what the description is made."""

    @property
    def digest(self) -> str:
        """Equal for drafts that need no write."""
        values = asdict(self)
        del values["text"]
        if self.room is None:
            del values["room"]
        if self.guest is None:
            del values["guest"]
        if not self.all_day:
            del values["all_day"]
        if self.series is None:
            del values["series"]
        text = json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def form(self, now: datetime) -> Form:
        """What a drift of it is measured by (V6); of holds the description counts for nothing."""
        occurrences = self.series.states(now) if self.series else ()
        described = self.description if self.text else None
        return form_of(self.start_at, self.end_at, self.title, occurrences, described)


class Part(NamedTuple):
    """One more recurring entry of what is one to us, where the provider has no pattern for the whole rule (E6)."""

    entry_id: str
    ical_uid: str


@dataclass(frozen=True)
class Written:
    """What the provider says of an entry of ours."""

    entry_id: str
    ical_uid: str
    generation: int
    others: Sequence[Part] = ()


MOST_PARTS = 36
"""A month has 31 days and its last one, or five of each weekday."""


def part_marker(marker: str, number: int) -> str:
    """Of the first part the row's own."""
    return marker if number == 0 else f"{marker}#{number + 1}"


def provider_key(marker: str, generation: int) -> str:
    """The same name for every attempt at one entry (G10): a Google id (base32hex) and a Graph ``transactionId``."""
    number = int.from_bytes(hashlib.sha256(f"{marker}/{generation}".encode()).digest()[:20], "big")
    digits = []
    for _ in range(32):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return PREFIX + "".join(reversed(digits))
