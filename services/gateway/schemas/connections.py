"""What staff say about their calendars' links."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from shared.contracts.api.fields import Id, MayBeLeftOut, Request

CalendarId = Annotated[str, Field(min_length=1, max_length=1_024)]


class ConnectionAsked(Request):
    """``rooms`` asks for the extra scope that buildings and rooms are read with; for administrators (V3)."""

    rooms: StrictBool = False


class CalendarsChosen(Request):
    """The whole choice, by the ids of ``GET``: what counts as busy, at least one, and what takes new entries (V8)."""

    busy: Annotated[list[CalendarId], Field(max_length=50)]
    entries: CalendarId


class ResumeDecision(StrEnum):
    """``accept`` what the calendar says, or ``restore`` all that is missing."""

    ACCEPT = "accept"
    RESTORE = "restore"


class ResumeRequest(Request):
    """About a frozen calendar; administrators may name whose it is."""

    decision: ResumeDecision
    staff_id: MayBeLeftOut[Id] = None
