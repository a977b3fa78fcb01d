"""What staff say about their calendars' links."""

from enum import StrEnum

from pydantic import StrictBool

from shared.contracts.api.fields import Id, MayBeLeftOut, Request


class ConnectionAsked(Request):
    """``rooms`` asks for the extra scope that buildings and rooms are read with; for administrators (V3)."""

    rooms: StrictBool = False


class ResumeDecision(StrEnum):
    """``accept`` what the calendar says, or ``restore`` all that is missing."""

    ACCEPT = "accept"
    RESTORE = "restore"


class ResumeRequest(Request):
    """About a frozen calendar; administrators may name whose it is."""

    decision: ResumeDecision
    staff_id: MayBeLeftOut[Id] = None
