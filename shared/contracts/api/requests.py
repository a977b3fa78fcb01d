"""Answers to a request, in the public API (H4)."""

from shared.contracts.api.fields import LongText, Request


class RequestAnswer(Request):
    """To a request (H4), with words to the guest."""

    message: LongText = ""


class RequestApproval(RequestAnswer):
    """``allow_overlap`` where staff have seen what their calendars hold at this time, or that they cannot be read."""

    allow_overlap: bool = False
