"""The way into a meeting (X9): where a join link leads at the moment it is opened, or why it leads nowhere."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared.contracts.api.fields import Request, View


class JoinStatus(StrEnum):
    """``open`` has a ``url``; ``hidden`` is shown from ``shown_at`` on (C7); ``issuing`` may be tried again soon."""

    OPEN = "open"
    HIDDEN = "hidden"
    ISSUING = "issuing"
    FAILED = "failed"
    NONE = "none"
    CANCELED = "canceled"
    OVER = "over"


class JoinView(View):
    """Answered to whoever may attend and to nobody else. Times are in ``time_zone``, the organization's."""

    status: JoinStatus
    url: str | None = None
    shown_at: datetime | None = None
    start: datetime
    end: datetime
    time_zone: str
    organization_name: str


class JoinLinkRequest(Request):
    """The guest's join link ends and they are told another; the meeting behind it is made anew, since whoever opened
    the old link knows where it led (X9, C9).
    """

    revoke: Literal[True]
