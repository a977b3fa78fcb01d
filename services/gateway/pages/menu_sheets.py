"""The forms of meeting types and bookables: from what was typed to the API's bodies and back."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from starlette.datastructures import FormData

from services.gateway.pages.menu_words import split_notice
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given, whole_number
from shared.contracts.api.menus import MOST_NOTICES, BookableView, MeetingTypeView
from shared.problem import Language

Noun = Literal["meeting-types", "bookables"]
TYPES: Noun = "meeting-types"
BOOKABLES: Noun = "bookables"
NOTICES = MOST_NOTICES
STAYS = object()
_TYPE_FIELDS = ("name", "location", "place", "duration_minutes", "color", "link")
_NOTICE_FIELDS = tuple(name for n in range(1, NOTICES + 1) for name in (f"notice_{n}", f"unit_{n}"))
_BOOKABLE_FIELDS = ("name", "type", "capacity", "staff_id", "room_id", "zoom_user_id")
_UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}


def blank(noun: Noun) -> dict[str, str]:
    if noun == BOOKABLES:
        empty = dict.fromkeys(_BOOKABLE_FIELDS, "")
        return {**empty, "type": "time", "capacity": "1", "meeting_type_ids": ""}
    known = {"location": "zoom", "duration_minutes": "60", "color": "blue", "link": "at_once"}
    return {**dict.fromkeys(_TYPE_FIELDS, ""), **_notices([]), **known}


def typed_in(noun: Noun, form: FormData) -> dict[str, str]:
    """The form's fields as text."""
    if noun == BOOKABLES:
        chosen = [value for value in form.getlist("meeting_type_ids") if isinstance(value, str)]
        return {**_given(form, _BOOKABLE_FIELDS), "meeting_type_ids": " ".join(chosen)}
    return _given(form, (*_TYPE_FIELDS, *_NOTICE_FIELDS))


def typed_of(item: MeetingTypeView | BookableView) -> dict[str, str]:
    """As the form would send it."""
    if isinstance(item, BookableView):
        values = {name: str(getattr(item, name) or "") for name in _BOOKABLE_FIELDS}
        return {**values, "meeting_type_ids": " ".join(item.meeting_type_ids)}
    values = {name: str(getattr(item, name)) for name in _TYPE_FIELDS if name != "link"}
    return {**values, "link": item.reveal.link.value, **_notices(item.reveal.notices)}


def body_of(noun: Noun, typed: Mapping[str, str]) -> bytes:
    """The API's own body; what is no number goes as it is and is refused there."""
    if noun == BOOKABLES:
        empty = {name: typed[name].strip() or None for name in ("staff_id", "room_id", "zoom_user_id")}
        return packed(
            {
                "name": typed["name"],
                "type": typed["type"],
                "capacity": _number(typed["capacity"]),
                **empty,
                "meeting_type_ids": typed["meeting_type_ids"].split(),
            }
        )
    notices = []
    for n in _rows(typed):
        number = _number(typed[f"notice_{n}"])
        notices.append(number * _UNITS.get(typed[f"unit_{n}"], 1) if isinstance(number, int) else number)
    return packed(
        {
            "name": typed["name"],
            "location": typed["location"],
            "place": typed["place"] if typed["location"] == "link" else "",
            "duration_minutes": _number(typed["duration_minutes"]),
            "color": typed["color"],
            "reveal": {"link": typed["link"], "notices": notices},
        }
    )


def packed(body: Mapping[str, Any]) -> bytes:
    return orjson.dumps(body)


def field_of(pointer: str, typed: Mapping[str, str]) -> str:
    """Beside which field an error stands; a notice is counted among those that were typed."""
    head, *more = pointer.strip("/").split("/")
    if head != "reveal":
        return head
    if more == ["link"]:
        return "link"
    rows, place = _rows(typed), more[-1] if more else ""
    return f"notice_{rows[int(place)]}" if place.isdecimal() and int(place) < len(rows) else "notice_1"


def label_of(name: str) -> str:
    return "notices" if name.startswith(("notice_", "unit_")) else name


def shown(name: str, value: str, language: Language) -> str:
    """A value in words, for who was overtaken."""
    group = {"location": "location", "color": "color", "link": "link", "type": "type"}.get(name)
    if name.startswith("unit_"):
        return text(language, f"menus.unit_{value}")
    return text(language, f"menus.{group}_{value}") if group else value or text(language, "common.dash")


def behind(order: Sequence[str], item_id: str, *, up: bool) -> str | object | None:
    """Behind which one it comes to stand, None for the top, ``STAYS`` where it is at the end already."""
    if item_id not in order:
        return STAYS
    place = order.index(item_id)
    if up:
        return STAYS if place == 0 else order[place - 2] if place > 1 else None
    return STAYS if place == len(order) - 1 else order[place + 1]


def _notices(notices: Sequence[int]) -> dict[str, str]:
    typed = dict.fromkeys(_NOTICE_FIELDS, "")
    for n in range(1, NOTICES + 1):
        typed[f"unit_{n}"] = "hours" if n == 1 else "minutes"
    for n, minutes in enumerate(notices[:NOTICES], 1):
        count, unit = split_notice(minutes)
        typed |= {f"notice_{n}": str(count), f"unit_{n}": unit}
    return typed


def _rows(typed: Mapping[str, str]) -> list[int]:
    """In which a notice was typed."""
    return [n for n in range(1, NOTICES + 1) if typed[f"notice_{n}"].strip()]


def _given(form: FormData, names: tuple[str, ...]) -> dict[str, str]:
    return {name: given(form, name) for name in names}


def _number(typed: str) -> int | str:
    typed = typed.strip()
    number = whole_number(typed, digits=15)
    return typed if number is None else number
