"""What a create or update asks for: Zoom's limits checked, the rest taken over; unknown fields and nulls ignored."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from deploy.sandbox.zoom import settings
from deploy.sandbox.zoom.errors import FieldError, invalid, not_an_object
from deploy.sandbox.zoom.model import MeetingType
from deploy.sandbox.zoom.recurrence import checked
from deploy.sandbox.zoom.times import parse_start_time, zone_named

_PASSWORD = re.compile(r"^[A-Za-z0-9@\-_*]{0,10}$")
_TYPES = {int(kind) for kind in MeetingType}


@dataclass(frozen=True)
class MeetingBody:
    """None means that the request says nothing about it."""

    topic: str | None = None
    agenda: str | None = None
    type: MeetingType | None = None
    start_at: datetime | None = None
    time_zone: str | None = None
    duration: timedelta | None = None
    password: str | None = None
    schedule_for: str | None = None
    pre_schedule: bool | None = None
    settings: Mapping[str, object] | None = None
    tracking_fields: list[dict[str, str]] | None = None
    recurrence: dict[str, object] | None = None


def read_object(raw: bytes) -> dict[str, Any]:
    """A request's JSON object without its nulls."""
    try:
        given = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise not_an_object() from None
    if not isinstance(given, dict):
        raise not_an_object()
    return {name: value for name, value in given.items() if value is not None}


def _whole(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text_problem(longest: int) -> Callable[[object], str | None]:
    def problem(value: object) -> str | None:
        if not isinstance(value, str):
            return "Invalid field."
        return f"Should be less than or equal to {longest} characters." if len(value) > longest else None

    return problem


def _duration_problem(value: object) -> str | None:
    minutes = _whole(value)
    return None if minutes is not None and 1 <= minutes <= 1440 else "Should be between 1 and 1440."


def _password_problem(value: object) -> str | None:
    fits = isinstance(value, str) and _PASSWORD.match(value)
    return None if fits else "Passcode may only contain [a-z A-Z 0-9 @ - _ *] and have at most 10 characters."


def _zone_problem(value: object) -> str | None:
    return None if isinstance(value, str) and zone_named(value) is not None else "Invalid timezone."


def _settings_problem(value: object) -> str | None:
    if not isinstance(value, dict):
        return "Invalid field."
    wrong = settings.wrong(value)
    return f"Invalid field: {', '.join(wrong)}." if wrong else None


def _kind_problem(expected: type) -> Callable[[object], str | None]:
    return lambda value: None if isinstance(value, expected) else "Invalid field."


_PROBLEMS: dict[str, Callable[[object], str | None]] = {
    "topic": _text_problem(200),
    "agenda": _text_problem(2000),
    "type": lambda value: None if _whole(value) in _TYPES else "Invalid field.",
    "timezone": _zone_problem,
    "start_time": _kind_problem(str),
    "duration": _duration_problem,
    "password": _password_problem,
    "schedule_for": _kind_problem(str),
    "pre_schedule": _kind_problem(bool),
    "settings": _settings_problem,
    "tracking_fields": _kind_problem(list),
    "recurrence": _kind_problem(dict),
}


def read_meeting(raw: bytes, default_zone: str, *, strict_time: bool) -> MeetingBody:
    """The wishes of a create or update; raises code 300 with all that is wrong.

    ``strict_time``: a create refuses a time that it cannot read, an update silently leaves the time as it is.
    """
    given = read_object(raw)
    errors = [
        FieldError(name, problem)
        for name, problem_with in _PROBLEMS.items()
        if name in given and (problem := problem_with(given[name])) is not None
    ]
    time_zone = given.get("timezone")
    start_at = None
    if not errors and "start_time" in given:
        start_at = parse_start_time(given["start_time"], time_zone or default_zone)
        if start_at is None and strict_time:
            errors.append(FieldError("start_time", "Invalid field."))
    if errors:
        raise invalid(*errors)
    return _body(given, start_at)


def _body(given: dict[str, Any], start_at: datetime | None) -> MeetingBody:
    kind, minutes = _whole(given.get("type")), _whole(given.get("duration"))
    return MeetingBody(
        topic=given.get("topic"),
        agenda=given.get("agenda"),
        type=None if kind is None else MeetingType(kind),
        start_at=start_at,
        time_zone=given.get("timezone"),
        duration=None if minutes is None else timedelta(minutes=minutes),
        password=given.get("password"),
        schedule_for=given.get("schedule_for"),
        pre_schedule=given.get("pre_schedule"),
        settings=settings.taken(given["settings"]) if "settings" in given else None,
        tracking_fields=_tracking_fields(given.get("tracking_fields")),
        recurrence=checked(given["recurrence"]) if "recurrence" in given else None,
    )


def _tracking_fields(given: list[object] | None) -> list[dict[str, str]] | None:
    if given is None:
        return None
    return [
        {"field": str(entry["field"]), "value": str(entry.get("value", ""))}
        for entry in given
        if isinstance(entry, dict) and "field" in entry
    ]
