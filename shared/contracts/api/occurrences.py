"""Occurrences of a recurring appointment in the public API (E6)."""

from datetime import datetime
from enum import StrEnum

from pydantic import StrictBool

from shared.contracts.api.fields import Instant, MayBeLeftOut, Request, View


class OccurrenceStatus(StrEnum):
    """``canceled`` is final."""

    CONFIRMED = "confirmed"
    CANCELED = "canceled"


class OccurrencePatch(Request):
    """A new time of one occurrence; with ``start`` alone its length stays."""

    start: MayBeLeftOut[Instant] = None
    end: MayBeLeftOut[Instant] = None
    allow_overlap: StrictBool = False


class OccurrenceView(View):
    """One occurrence of the appointment in this ``version``; ``original_start``, when the rule has it begin, names it
    for good. ``moved`` where it takes place otherwise than the rule says.
    """

    appointment_id: str
    version: int
    original_start: datetime
    start: datetime
    end: datetime
    status: OccurrenceStatus
    moved: bool
    can_change: bool


class OccurrenceList(View):
    """In the order of the rule. What is no series has none."""

    items: list[OccurrenceView]
    next_cursor: str | None = None


class GuestOccurrenceView(View):
    """One occurrence as the guest sees it; ``original_start`` is when the rule has it begin."""

    original_start: datetime
    start: datetime
    end: datetime
    status: OccurrenceStatus
    moved: bool
