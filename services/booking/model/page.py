"""A scheduling page as booking keeps it (H1-H3), and what guests answer on it (H5, H6)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Self

from pydantic import AwareDatetime, Field

from services.booking.model.proposal import Origin
from services.booking.model.spans import Span
from shared.contracts.api.pages import (
    Assignment,
    GuestRights,
    HostFields,
    OpenSpan,
    PriceFields,
    QuestionFields,
    QuestionKind,
    Weekday,
)
from shared.contracts.booking import PageRef
from shared.contracts.envelope import Value

USUAL_HOURS = {
    day: [OpenSpan(start="09:00", end="17:00")]
    for day in (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)
}

_ANY = 1_000_000
"""More than there ever are."""


class Answer(Value):
    """What a guest said, with the question as it was asked."""

    question_id: str
    label: str
    kind: QuestionKind
    value: str | bool


class Utm(Value):
    """Of the link that led to the booking (H6)."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


class Terms(Value):
    """Of a page, under which an appointment's time was taken: the buffers around it, what the page takes on a day and
    in a week of its zone, and what guests may do by themselves.
    """

    time_zone: str
    buffer_before: int = 0
    buffer_after: int = 0
    daily_limit: int | None = None
    weekly_limit: int | None = None
    reschedule: GuestRights = GuestRights()
    cancel: GuestRights = GuestRights()

    def reach(self, span: Span) -> Span:
        """With the buffers around."""
        before, after = timedelta(minutes=self.buffer_before), timedelta(minutes=self.buffer_after)
        return Span(span.start_at - before, span.end_at + after)

    def by_staff(self) -> Self:
        """Staff may put an appointment where guests may not: it counts, and nothing refuses it."""
        limits = {name: _ANY for name in ("daily_limit", "weekly_limit") if getattr(self, name) is not None}
        return self.model_copy(update={"buffer_before": 0, "buffer_after": 0, **limits})


class Page(Value):
    """``time_zone`` is never empty here, and every question has an id. A ``deleted`` one stays readable; its slug may
    be another's. Lengths are minutes.
    """

    page_id: str
    organization_id: str
    version: int = 1
    active: bool = True
    deleted: bool = False
    slug: str
    title: str
    description: str = ""
    owner_id: str
    hosts: list[HostFields]
    assignment: Assignment
    meeting_type_id: str | None = None
    bookable_id: str | None = None
    durations: list[int]
    dates_off: list[date] = Field(default_factory=list)
    holidays_off: bool = True
    buffer_before: int = 0
    buffer_after: int = 0
    minimum_notice: int
    horizon_days: int
    step: int
    daily_limit: int | None = None
    weekly_limit: int | None = None
    time_zone: str
    questions: list[QuestionFields] = Field(default_factory=list)
    offline: bool = False
    request_hours: int
    reschedule: GuestRights = GuestRights()
    cancel: GuestRights = GuestRights()
    prefill: bool = False
    auto_submit: bool = False
    allowed_origins: list[str] = Field(default_factory=list)
    price: PriceFields | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    origin: Origin | None = None

    @property
    def is_open(self) -> bool:
        """To guests."""
        return self.active and not self.deleted

    @property
    def is_round_robin(self) -> bool:
        return self.assignment is Assignment.ROUND_ROBIN

    @property
    def host_ids(self) -> list[str]:
        return [host.staff_id for host in self.hosts]

    @property
    def terms(self) -> Terms:
        return Terms(**{name: getattr(self, name) for name in Terms.model_fields})

    def as_ref(self) -> PageRef:
        return PageRef(page_id=self.page_id, title=self.title, slug=self.slug)

    def changed(self, changes: dict[str, object], at: AwareDatetime) -> Self:
        """The next version with these changes; itself where they change nothing."""
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        return self.model_copy(update={**changes, "version": self.version + 1, "updated_at": at})


def overlapping(spans: Sequence[OpenSpan]) -> list[int]:
    """Places of those that overlap an earlier one of the same day."""
    return [
        index
        for index, span in enumerate(spans)
        if any(span.start < other.end and other.start < span.end for other in spans[:index])
    ]
