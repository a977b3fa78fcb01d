"""Request bodies of the internal API; those of the public one live in shared/contracts/api. Reading them here, not in
the signature of a route, lets a guest's link be judged before what was typed (api.md's order).
"""

import hashlib
import json
from datetime import datetime
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from services.booking.problems import MALFORMED, invalid
from shared.contracts.api.fields import Id, Instant, Request
from shared.cursors import CursorInvalid, parts_of, place_of
from shared.problem import BadJson, Language

ModelT = TypeVar("ModelT", bound=BaseModel)


class ReminderQuestion(Request):
    """One reminder that is due."""

    appointment_id: Id
    revision: int = Field(ge=1, lt=2**31)


class ReminderCheck(Request):
    """All that are due, in one question (G22)."""

    items: list[ReminderQuestion] = Field(max_length=5_000)


class RoomsQuestion(Request):
    """Rooms and a span."""

    room_ids: list[Id] = Field(max_length=2_000)
    start: Instant
    end: Instant


def read_json(body: bytes) -> Any:
    """An empty body is an empty object."""
    try:
        return json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise BadJson() from error


def parse(model: type[ModelT], given: Any) -> ModelT:
    """Raises the same problem as a body in a route's signature would."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        raise RequestValidationError(found) from error


def known_locale(locale: str) -> str:
    """``ja`` or ``en`` of what a browser said, else empty."""
    primary = locale.replace("_", "-").partition("-")[0].lower()
    return primary if primary in ("ja", "en") else ""


def fingerprint(given: Any) -> str:
    """Of a body, whatever the order of its members."""
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def read_cursor(cursor: str | None, length: int, language: Language) -> list[str] | None:
    if cursor is None:
        return None
    try:
        return parts_of(cursor, length)
    except CursorInvalid as error:
        raise invalid(language, ("?cursor", MALFORMED)) from error


def read_place(cursor: str | None, language: Language) -> tuple[datetime, str] | None:
    """The instant and the id after which a page begins; raises as ``read_cursor`` does."""
    if cursor is None:
        return None
    try:
        return place_of(cursor)
    except CursorInvalid as error:
        raise invalid(language, ("?cursor", MALFORMED)) from error
