"""An account's calendars as calendar_sync answers them (V8)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class CalendarView(BaseModel):
    """``main`` where it is the account's main one; ``busy`` counts as busy, ``entries`` takes new entries."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    main: bool
    writable: bool
    busy: bool
    entries: bool


class Loss(StrEnum):
    """``gone``: deleted or no longer shared; ``read_only``: it takes no entries any more."""

    GONE = "gone"
    READ_ONLY = "read_only"


class LostCalendarView(BaseModel):
    """One that had been chosen; the main one took its place where nothing else was left."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    reason: Loss


class CalendarsView(BaseModel):
    """``complete`` is false where the link shows the main calendar only: connecting again shows the others. ``lost``
    stays until one chooses anew.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    items: list[CalendarView]
    complete: bool
    lost: list[LostCalendarView]
