"""Field types of requests: text without control characters, sober e-mail addresses, instants that fit the calendar
(G24). Lengths count characters.
"""

import re
import unicodedata
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError

TITLE_LENGTH = 251
GUEST_FIELD_LENGTH = 255
LONG_TEXT_LENGTH = 100_000
MESSAGE_LENGTH = 5_000
ADDRESS_LENGTH = 1_000

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
"""HTML's own rule (so that the page and the API agree), with a dot in the domain."""

_LINE_BREAKS = "\u2028\u2029"


class Request(BaseModel):
    """A request body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _NotNull:
    """Takes the null out of an optional type, of which only the default stays."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = handler(source)["schema"]
        return schema


T = TypeVar("T")
MayBeLeftOut = Annotated[T | None, _NotNull()]
"""A member of a ``PATCH`` in which null would have no meaning; None says that it was left out."""


class View(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and a symbol that show nothing."""


def _is_blank(char: str) -> bool:
    """Spaces, format characters such as U+200B, variation selectors."""
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180f"
    return unicodedata.category(char) in ("Cf", "Zs") or selector or char in _BLANK


def _seen(value: Any) -> Any:
    """Text of which nothing can be seen is empty."""
    return "" if isinstance(value, str) and all(_is_blank(char) for char in value) else value


def _one_line(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" or char in _LINE_BREAKS for char in text):
        raise PydanticCustomError("control_characters", "Control characters and line breaks are not allowed here.")
    return text


def _several_lines(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in text):
        raise PydanticCustomError("control_characters", "Control characters other than line breaks are not allowed.")
    return text


def _email(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise PydanticCustomError("email", "This is not an e-mail address.")
    return text


def _text_only(value: Any) -> Any:
    """RFC 3339 text: numbers would be read as seconds since 1970."""
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("datetime_text", "A time is text such as 2026-12-01T13:00:00+09:00.")
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = datetime.max.replace(tzinfo=UTC)
    if not 2000 <= moment.year < 2200:
        raise PydanticCustomError("datetime_range", "The year must be between 2000 and 2199.")
    return moment


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name and name not in zone_names():
        raise PydanticCustomError("time_zone", "This is not an IANA time zone.")
    return name


def one_line(longest: int, *, shortest: int = 0) -> tuple[StringConstraints, AfterValidator, BeforeValidator]:
    """What ``Annotated[str, *one_line(255)]`` accepts."""
    lengths = StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest)
    return lengths, AfterValidator(_one_line), BeforeValidator(_seen)


Rule = Annotated[str, *one_line(200, shortest=1)]
"""An RRULE (RFC 5545)."""
Title = Annotated[str, *one_line(TITLE_LENGTH)]
GuestField = Annotated[str, *one_line(GUEST_FIELD_LENGTH)]
GuestName = Annotated[str, *one_line(GUEST_FIELD_LENGTH, shortest=1)]
Address = Annotated[str, *one_line(ADDRESS_LENGTH)]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONG_TEXT_LENGTH), AfterValidator(_several_lines)
]
"""May hold line breaks, kept as LF."""

Message = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MESSAGE_LENGTH), AfterValidator(_several_lines)
]

Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=GUEST_FIELD_LENGTH), AfterValidator(_email)]
"""An address, or empty where the field is optional."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_one_line)]

Instant = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(_in_utc)]
"""RFC 3339 with an offset, held in UTC."""

ZoneName = Annotated[str, StringConstraints(max_length=100), AfterValidator(_zone)]
"""An IANA name, or empty where unknown."""
