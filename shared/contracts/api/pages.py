"""Scheduling pages in the public API (H1-H16): what staff set, what guests see and send."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.api.fields import (
    Id,
    LongText,
    MayBeLeftOut,
    Request,
    View,
    ZoneName,
    one_line,
)
from shared.contracts.api.menus import MenuName, Minutes

DAY_MINUTES = 24 * 60
MOST_HOSTS = 20
MOST_DURATIONS = 12
MOST_SPANS_A_DAY = 12
MOST_EXCEPTIONS = 400
MOST_QUESTIONS = 30
MOST_CHOICES = 50
MOST_ORIGINS = 20

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
"""Of ``/p/{slug}``; unique across the installation."""
ClockTime = Annotated[str, StringConstraints(pattern=r"^(?:[01]\d|2[0-3]):[0-5][05]$|^24:00$")]
"""Wall-clock time on 5 minutes; ``24:00`` ends a day."""
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$")]
"""Of a site that may embed the page (H12): scheme, host and port, nothing behind."""


class Assignment(StrEnum):
    """Who attends: every host, or one of them, the fairest first (H3)."""

    ALL = "all"
    ROUND_ROBIN = "round_robin"


class QuestionKind(StrEnum):
    """H5."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHECKBOX = "checkbox"
    PHONE = "phone"


class Weekday(StrEnum):
    """Keys of weekly hours."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class RefundRule(StrEnum):
    """What a cancellation gives back (H13): nothing, all until the deadline of cancelling, or all always."""

    NEVER = "never"
    UNTIL_DEADLINE = "until_deadline"
    ALWAYS = "always"


class OpenSpan(Request):
    """``[start, end)`` on the host's own clocks."""

    start: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end <= self.start:
            raise PydanticCustomError("open_span", "The end must be after the start.")
        return self


DaySpans = Annotated[list[OpenSpan], Field(max_length=MOST_SPANS_A_DAY)]


class HostFields(Request):
    """One host's hours in their own zone (empty: the page's); ``exceptions`` replace the weekday's spans on a date,
    an empty list is a day off.
    """

    staff_id: Id
    time_zone: ZoneName = ""
    hours: dict[Weekday, DaySpans] = Field(default_factory=dict)
    exceptions: Annotated[dict[date, DaySpans], Field(max_length=MOST_EXCEPTIONS)] = Field(default_factory=dict)


class QuestionFields(Request):
    """The page's own question. ``id`` stays when it is sent back; ``choices`` only of a ``choice``."""

    id: Id | None = None
    label: MenuName
    kind: QuestionKind = QuestionKind.TEXT
    required: StrictBool = False
    choices: Annotated[list[MenuName], Field(max_length=MOST_CHOICES)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _choices_of_choice(self) -> Self:
        if (self.kind is QuestionKind.CHOICE) != bool(self.choices):
            raise PydanticCustomError("choices", "A choice, and nothing else, has choices.")
        return self


class PriceFields(Request):
    """``amount`` in the smallest unit of the currency (ISO 4217, lower case): yen, or cents (H13)."""

    amount: Annotated[int, Field(ge=1, le=99_999_999)]
    currency: Annotated[str, StringConstraints(pattern=r"^[a-z]{3}$")] = "jpy"
    refund: RefundRule = RefundRule.UNTIL_DEADLINE


class GuestRights(Request):
    """What guests may do by themselves (H10); ``until`` is minutes before the start."""

    allowed: StrictBool = True
    until: Annotated[int, Field(ge=0, le=90 * DAY_MINUTES)] = 0


Durations = Annotated[list[Minutes], Field(min_length=1, max_length=MOST_DURATIONS)]
Buffer = Annotated[int, Field(ge=0, le=DAY_MINUTES, multiple_of=5)]
Limit = Annotated[int, Field(ge=1, le=1_000)]
Hosts = Annotated[list[HostFields], Field(min_length=1, max_length=MOST_HOSTS)]
Questions = Annotated[list[QuestionFields], Field(max_length=MOST_QUESTIONS)]
DatesOff = Annotated[list[date], Field(max_length=MOST_EXCEPTIONS)]
Origins = Annotated[list[Origin], Field(max_length=MOST_ORIGINS)]
Notice = Annotated[int, Field(ge=0, le=365 * DAY_MINUTES)]
Horizon = Annotated[int, Field(ge=1, le=365)]
Step = Annotated[int, Field(ge=5, le=DAY_MINUTES, multiple_of=5)]
RequestHours = Annotated[int, Field(ge=1, le=14 * 24)]
PageTitle = Annotated[str, *one_line(100, shortest=1)]


class PageCreate(Request):
    """Durations, buffers, notice, step in minutes. ``owner_id`` defaults to the caller, ``hosts`` to the owner on
    weekdays from 9 to 17; ``slug`` is made where it is left out. ``offline`` takes requests that staff confirm (H4),
    as every page does none of whose hosts has a calendar. ``prefill`` and ``auto_submit`` as in H8.
    """

    title: PageTitle
    slug: Slug | None = None
    description: LongText = ""
    owner_id: Id | None = None
    hosts: Hosts | None = None
    assignment: Assignment = Assignment.ALL
    meeting_type_id: Id | None = None
    bookable_id: Id | None = None
    durations: Durations = Field(default_factory=lambda: [30])
    dates_off: DatesOff = Field(default_factory=list)
    holidays_off: StrictBool = True
    buffer_before: Buffer = 0
    buffer_after: Buffer = 0
    minimum_notice: Notice = 4 * 60
    horizon_days: Horizon = 60
    step: Step = 30
    daily_limit: Limit | None = None
    weekly_limit: Limit | None = None
    time_zone: ZoneName = ""
    questions: Questions = Field(default_factory=list)
    offline: StrictBool = False
    request_hours: RequestHours = 72
    reschedule: GuestRights = GuestRights()
    cancel: GuestRights = GuestRights()
    prefill: StrictBool = False
    auto_submit: StrictBool = False
    allowed_origins: Origins = Field(default_factory=list)
    price: PriceFields | None = None


class PagePatch(Request):
    """What is left out stays; null takes a limit, a price, a type or a bookable away. ``active`` of false closes the
    page to guests.
    """

    title: MayBeLeftOut[PageTitle] = None
    slug: MayBeLeftOut[Slug] = None
    description: MayBeLeftOut[LongText] = None
    owner_id: MayBeLeftOut[Id] = None
    hosts: MayBeLeftOut[Hosts] = None
    assignment: MayBeLeftOut[Assignment] = None
    meeting_type_id: Id | None = None
    bookable_id: Id | None = None
    durations: MayBeLeftOut[Durations] = None
    dates_off: MayBeLeftOut[DatesOff] = None
    holidays_off: MayBeLeftOut[StrictBool] = None
    buffer_before: MayBeLeftOut[Buffer] = None
    buffer_after: MayBeLeftOut[Buffer] = None
    minimum_notice: MayBeLeftOut[Notice] = None
    horizon_days: MayBeLeftOut[Horizon] = None
    step: MayBeLeftOut[Step] = None
    daily_limit: Limit | None = None
    weekly_limit: Limit | None = None
    time_zone: MayBeLeftOut[ZoneName] = None
    questions: MayBeLeftOut[Questions] = None
    offline: MayBeLeftOut[StrictBool] = None
    request_hours: MayBeLeftOut[RequestHours] = None
    reschedule: MayBeLeftOut[GuestRights] = None
    cancel: MayBeLeftOut[GuestRights] = None
    prefill: MayBeLeftOut[StrictBool] = None
    auto_submit: MayBeLeftOut[StrictBool] = None
    allowed_origins: MayBeLeftOut[Origins] = None
    price: PriceFields | None = None
    active: MayBeLeftOut[StrictBool] = None


class HostTrouble(StrEnum):
    """Why a host is not offered at present, or only as far as claims say."""

    DISABLED = "disabled"
    ZOOM_NOT_CONNECTED = "zoom_not_connected"
    CALENDAR_BROKEN = "calendar_broken"
    CALENDAR_NOT_CONNECTED = "calendar_not_connected"


class HostNotice(View):
    """About a host, for staff."""

    staff_id: str
    trouble: HostTrouble


class PageView(View):
    """As staff see it; the members of ``PageCreate`` and where it is found. ``takes_requests``: staff confirm each
    booking, since it is ``offline`` or none of its hosts has a calendar (H4). Where ``can_be_paid`` is false it has a
    price and is closed to guests, since no account at Stripe is set up (H13). A ``deleted`` one is for reading only.
    """

    id: str
    version: int
    slug: str
    url: str
    active: bool
    title: str
    description: str
    owner_id: str
    hosts: list[HostFields]
    assignment: Assignment
    meeting_type_id: str | None
    bookable_id: str | None
    durations: list[int]
    dates_off: list[date]
    holidays_off: bool
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    horizon_days: int
    step: int
    daily_limit: int | None
    weekly_limit: int | None
    time_zone: str
    questions: list[QuestionFields]
    offline: bool
    request_hours: int
    reschedule: GuestRights
    cancel: GuestRights
    prefill: bool
    auto_submit: bool
    allowed_origins: list[str]
    price: PriceFields | None
    created_at: datetime
    updated_at: datetime
    deleted: bool = False
    can_change: bool = True
    takes_requests: bool = False
    can_be_paid: bool = True
    notices: list[HostNotice] = Field(default_factory=list)


class PageList(View):
    """Newest first."""

    items: list[PageView]
    next_cursor: str | None
