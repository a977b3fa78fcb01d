"""Scheduling pages as guests see and use them, in the public API (H5, H6, H10)."""

from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from shared.contracts.api.fields import Email, GuestField, GuestName, Id, Instant, Message, Request, View, ZoneName
from shared.contracts.api.menus import Minutes
from shared.contracts.api.pages import MOST_QUESTIONS, PriceFields, QuestionFields, QuestionKind
from shared.contracts.booking import Kind


class GuestPageView(View):
    """The page as guests see it. ``takes_requests``: staff confirm each booking (H4); ``allowed_origins`` are the sites
    that may show it in a frame (H12); ``organization_key`` is the same on all pages of the organization, and says
    nothing else.
    """

    slug: str
    active: bool
    title: str
    description: str
    organization: str
    product_name: str = ""
    host_names: list[str]
    kind: Kind
    durations: list[int]
    time_zone: str
    questions: list[QuestionFields]
    takes_requests: bool
    prefill: bool
    auto_submit: bool
    price: PriceFields | None
    locale: str
    allowed_origins: list[str] = Field(default_factory=list)
    organization_key: str = ""


class PageSlotView(View):
    """A free time, in the zone that was asked for."""

    start: datetime
    end: datetime


class PageSlots(View):
    """Earliest first."""

    slots: list[PageSlotView]
    time_zone: str


class Utm(Request):
    """Of the link that led here (H6), by the names that links carry or without their prefix; what else a link carries
    is not kept.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    source: GuestField = Field("", validation_alias=AliasChoices("utm_source", "source"))
    medium: GuestField = Field("", validation_alias=AliasChoices("utm_medium", "medium"))
    campaign: GuestField = Field("", validation_alias=AliasChoices("utm_campaign", "campaign"))
    term: GuestField = Field("", validation_alias=AliasChoices("utm_term", "term"))
    content: GuestField = Field("", validation_alias=AliasChoices("utm_content", "content"))


class BookingGuest(Request):
    """Who books (H5)."""

    name: GuestName
    email: Annotated[Email, Field(min_length=3)]
    company: GuestField = ""


class UtmView(View):
    """As in ``Utm``; empty where the link said nothing."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


class PageRefView(View):
    """The page that it was booked on, as it was called then."""

    id: str
    title: str
    slug: str


class AnswerView(View):
    """What a guest answered, with the question as it was asked."""

    question_id: str
    label: str
    kind: QuestionKind
    value: str | bool


class _TextOrTicked:
    """What is wrong with a text is said at the answer itself; a union would say it at each of its members."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: object, text: core_schema.ValidatorFunctionWrapHandler) -> object:
            return value if isinstance(value, bool) else text(value)

        text = handler.generate_schema(Message)
        as_it_is = core_schema.simple_ser_schema("any")
        return core_schema.no_info_wrap_validator_function(read, text, serialization=as_it_is)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "boolean"}]}


Answer = Annotated[str | bool, _TextOrTicked()]
"""Of a question by its kind: text, long text, one of the choices, whether it is ticked, a phone number."""


class BookingCreate(Request):
    """``duration`` may be left out where the page has one; ``answers`` are by question id."""

    start: Instant
    duration: Minutes | None = None
    guest: BookingGuest
    answers: Annotated[dict[Id, Answer], Field(max_length=MOST_QUESTIONS)] = Field(default_factory=dict)
    utm: Utm = Utm()
    time_zone: ZoneName = ""
    locale: Annotated[str, StringConstraints(max_length=35)] = ""


class GuestReschedule(Request):
    """Another time of the same length, and why, in the guest's words (H10)."""

    start: Instant
    time_zone: ZoneName = ""
    reason: Message = ""


class GuestCancel(Request):
    """Why, in the guest's words (H10)."""

    reason: Message = ""
