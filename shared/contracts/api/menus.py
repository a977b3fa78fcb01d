"""Meeting types (種別) and bookables (メインメニュー) in the public API (C2, C3, C5, C7, C10)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.contracts.api.fields import Address, Id, MayBeLeftOut, Request, View, one_line
from shared.contracts.reveal import LinkShown, Reveal

NAME_LENGTH = 100
MOST_SEATS = 500
MOST_NOTICES = 5
LONGEST_NOTICE = 30 * 24 * 60
"""Minutes: a notice 30 days before the start is the earliest."""
LONGEST_MEETING = 24 * 60


class Location(StrEnum):
    """Where appointments of a type take place; ``link`` is another tool than Zoom: a fixed URL or text (C5)."""

    ZOOM = "zoom"
    VISIT = "visit"
    OUTBOUND = "outbound"
    PHONE = "phone"
    LINK = "link"
    NONE = "none"


class Color(StrEnum):
    """By which a type is told from others in lists."""

    BLUE = "blue"
    GREEN = "green"
    ORANGE = "orange"
    RED = "red"
    PURPLE = "purple"
    TEAL = "teal"
    BROWN = "brown"
    GRAY = "gray"


class BookableType(StrEnum):
    """``time`` is booked with one of its menus, ``room`` is a room and needs none (C10)."""

    TIME = "time"
    ROOM = "room"


MenuName = Annotated[str, *one_line(NAME_LENGTH, shortest=1)]
Minutes = Annotated[int, Field(ge=5, le=LONGEST_MEETING)]
Capacity = Annotated[int, Field(ge=1, le=MOST_SEATS)]
Notice = Annotated[int, Field(ge=1, le=LONGEST_NOTICE)]
ZoomUserId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.+=-]{1,254}$")]


class RevealFields(Request):
    """When the guest learns how to join (C7). ``notices`` are minutes before the start at which a notice goes out to
    guest and staff; with ``in_notice`` the earliest of them tells the link, so that there must be one. Whole days
    (multiples of 1440) are days of the calendar: the same time of day, whatever the clocks do between.
    """

    link: LinkShown = LinkShown.AT_ONCE
    notices: Annotated[list[Notice], Field(max_length=MOST_NOTICES, validate_default=True)] = Field(
        default_factory=list
    )

    @field_validator("notices")
    @classmethod
    def _tells(cls, notices: list[int], info: ValidationInfo) -> list[int]:
        if info.data.get("link") is LinkShown.IN_NOTICE and not notices:
            raise PydanticCustomError("notices", "The link is told by a notice: say how long before the start.")
        return notices

    def as_contract(self) -> Reveal:
        return Reveal(link=self.link, notices=tuple(sorted(set(self.notices), reverse=True)))


class MeetingTypeCreate(Request):
    """``place`` is the fixed URL or text of a type whose location is ``link``, and of no other; without one it is given
    with each appointment.
    """

    name: MenuName
    location: Location
    place: Address = ""
    duration_minutes: Minutes = 60
    reveal: RevealFields = RevealFields()
    color: Color = Color.BLUE


class MeetingTypePatch(Request):
    """What is left out stays. ``after`` moves it right behind another one, null to the top; ``archived`` of false
    brings it back.
    """

    name: MayBeLeftOut[MenuName] = None
    location: MayBeLeftOut[Location] = None
    place: MayBeLeftOut[Address] = None
    duration_minutes: MayBeLeftOut[Minutes] = None
    reveal: MayBeLeftOut[RevealFields] = None
    color: MayBeLeftOut[Color] = None
    archived: MayBeLeftOut[StrictBool] = None
    after: Id | None = None


class RevealView(View):
    """As in ``RevealFields``."""

    link: LinkShown
    notices: list[int]


class MeetingTypeView(View):
    """Appointments keep the name that it had when they were made."""

    id: str
    version: int
    name: str
    location: Location
    place: str
    duration_minutes: int
    reveal: RevealView
    color: Color
    archived: bool
    created_at: datetime
    updated_at: datetime


class MeetingTypeList(View):
    """In the organization's order."""

    items: list[MeetingTypeView]
    next_cursor: str | None


class BookableCreate(Request):
    """``capacity`` is how many appointments there may be at one time; with a Zoom user, a room or a staff member,
    whose time nobody can share, it is 1. ``meeting_type_ids`` are the menus that a ``time`` one offers; without any
    it offers all.
    """

    name: MenuName
    type: BookableType = BookableType.TIME
    capacity: Capacity = 1
    staff_id: Id | None = None
    room_id: Id | None = None
    zoom_user_id: ZoomUserId | None = None
    meeting_type_ids: Annotated[list[Id], Field(max_length=100)] = Field(default_factory=list)


class BookablePatch(Request):
    """What is left out stays; null takes staff member, room or Zoom user away. ``after`` as in meeting types."""

    name: MayBeLeftOut[MenuName] = None
    type: MayBeLeftOut[BookableType] = None
    capacity: MayBeLeftOut[Capacity] = None
    staff_id: Id | None = None
    room_id: Id | None = None
    zoom_user_id: ZoomUserId | None = None
    meeting_type_ids: MayBeLeftOut[Annotated[list[Id], Field(max_length=100)]] = None
    archived: MayBeLeftOut[StrictBool] = None
    after: Id | None = None


class BookableView(View):
    """``room_name`` as it was when the room was chosen."""

    id: str
    version: int
    name: str
    type: BookableType
    capacity: int
    staff_id: str | None
    room_id: str | None
    room_name: str | None
    zoom_user_id: str | None
    meeting_type_ids: list[str]
    archived: bool
    created_at: datetime
    updated_at: datetime


class BookableList(View):
    """In the organization's order."""

    items: list[BookableView]
    next_cursor: str | None


class MenuRef(View):
    """A meeting type or bookable as it was named when the appointment was made."""

    id: str
    name: str
