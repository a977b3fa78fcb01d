"""Why a time of a scheduling page is missing (X11), and times to put into a mail (H15), in the API."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.gateway.schemas.explain import Reason
from shared.contracts.api.fields import Instant, Request, View
from shared.contracts.api.menus import Minutes
from shared.contracts.api.page_times import TimeReason
from shared.contracts.api.pages import HostTrouble
from shared.problem import Language

MOST_TIMES = 20


class WhyNot(View):
    """``detail`` is a sentence in the reader's language."""

    reason: TimeReason | HostTrouble
    detail: str


class ExplainedHost(View):
    """``taken_by``: entries, claims and connections in the way of this host, as far as is known."""

    staff_id: str
    name: str
    free: bool
    reasons: list[WhyNot]
    taken_by: list[Reason] = Field(default_factory=list)


class PageExplanation(View):
    """Why a meeting cannot start then; or that it can, with ``host_ids``, of a round robin the fairest first.
    ``reasons`` keep everybody.
    """

    start: datetime
    end: datetime
    free: bool
    host_ids: list[str]
    reasons: list[WhyNot]
    hosts: list[ExplainedHost]


class TimesInMail(Request):
    """Free times of the page; ``duration`` is its first where it is left out, ``locale`` the reader's."""

    starts: Annotated[list[Instant], Field(min_length=1, max_length=MOST_TIMES)]
    duration: Minutes | None = None
    locale: Language | None = None


class TimesText(View):
    """To paste into a mail; each time is a link to the page with that time chosen."""

    text: str
    html: str
