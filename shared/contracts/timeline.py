"""A timeline as booking keeps it and hands it to the gateway (X3): which event, when, who began it, and a closed set of
facts. Ids stand for people and places; names are looked up when it is read (G23).
"""

from pydantic import Field

from shared.contracts.envelope import Instant, Value
from shared.contracts.provider_calls import ProviderCall


class Facts(Value):
    """What of an event tells entries of one type apart; each is there where the event says it.

    ``staff_ids`` are those in whose calendars something happened, ``until`` is when it is tried again or will be sent.
    ``occurrence`` where it is about one of a series, whose times these are (E6). ``amount`` is in the smallest unit of
    ``currency`` (H13).
    """

    revision: int | None = None
    staff_ids: list[str] = Field(default_factory=list)
    slot_ids: list[str] = Field(default_factory=list)
    provider: str = ""
    purpose: str = ""
    audience: str = ""
    reason: str = ""
    until: Instant | None = None
    suppressed: bool = False
    link_changed: bool = False
    link_stays_known: bool = False
    start_at: Instant | None = None
    end_at: Instant | None = None
    previous_start_at: Instant | None = None
    previous_end_at: Instant | None = None
    occurrence: bool = False
    amount: int | None = None
    currency: str = ""


class TimelineEntry(Value):
    """One event about ``about``: a proposal, an appointment, or both where the one became the other."""

    entry_id: str
    organization_id: str
    about: list[str]
    at: Instant
    type: str
    actor: str
    facts: Facts
    calls: list[ProviderCall] = Field(default_factory=list)


class TimelinePage(Value):
    """Entries, oldest first."""

    items: list[TimelineEntry]
    next_cursor: str | None = None
