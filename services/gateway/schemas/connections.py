"""What staff say about their calendars' links."""

from enum import StrEnum

from shared.contracts.api.fields import Id, MayBeLeftOut, Request


class ResumeDecision(StrEnum):
    """``accept`` what the calendar says, or ``restore`` all that is missing."""

    ACCEPT = "accept"
    RESTORE = "restore"


class ResumeRequest(Request):
    """About a frozen calendar; administrators may name whose it is."""

    decision: ResumeDecision
    staff_id: MayBeLeftOut[Id] = None
