"""Why a time is not free (X11), and times that could be proposed (X12), in the API."""

from datetime import datetime
from enum import StrEnum

from services.gateway.providers.answers import BusyKind, Freshness, Provider
from shared.contracts.api.fields import View


class ReasonKind(StrEnum):
    """``not_connected`` alone takes no time: such a person has no calendar, and only claims count (G3)."""

    ENTRY = "entry"
    HOLD = "hold"
    APPOINTMENT = "appointment"
    PAST = "past"
    UNREADABLE = "unreadable"
    NOT_CONNECTED = "not_connected"
    OUTSIDE_WINDOW = "outside_window"


class EntryReason(View):
    """Of an entry its kind and where it stands are known, never what it is about."""

    kind: BusyKind
    calendar: Provider


class Reason(View):
    """``detail`` is a sentence in the reader's language; ids and titles only of what the reader may see."""

    kind: ReasonKind
    start: datetime | None = None
    end: datetime | None = None
    detail: str
    proposal_id: str | None = None
    appointment_id: str | None = None
    entry: EntryReason | None = None


class Explanation(View):
    """``free`` where nothing takes the time."""

    staff_id: str
    at: datetime
    free: bool
    status: Freshness
    reasons: list[Reason]


class SuggestedSlot(View):
    """In the organization's zone."""

    start: datetime
    end: datetime


class SuggestionsView(View):
    """Earliest first, each on another day. ``unreadable`` are staff whose calendar keeps times from being suggested."""

    slots: list[SuggestedSlot]
    unreadable: list[str]
