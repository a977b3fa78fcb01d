"""What was typed into a settings form, read as the API's own request models."""

from collections.abc import Mapping
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from services.gateway.edge.etags import expected_version
from services.gateway.pages.texts import text
from shared.problem import Language, VersionMismatch, field_error

ModelT = TypeVar("ModelT", bound=BaseModel)


class Mistyped(Exception):
    """``errors`` has a sentence for each field that is wrong."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("mistyped")


async def typed_in(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    """The form's fields as text; what was not sent is empty."""
    form = await request.form()
    return {name: given(form, name) for name in names}


def given(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def whole_number(text: str, *, digits: int) -> int | None:
    """None where it is none, or longer: Python refuses to read thousands of digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def understood(model: type[ModelT], body: Mapping[str, object], language: Language) -> ModelT:
    """Raises ``Mistyped``."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise Mistyped({_field(item["loc"]): _sentence(dict(item), language) for item in error.errors()}) from error


def seen_version(form: FormData) -> int:
    """Which version the form was made from. Raises ``VersionMismatch`` also where it does not say so."""
    expected = expected_version(f'"r{given(form, "version")}"')
    if expected is None:
        raise VersionMismatch()
    return expected


def _field(place: tuple[int | str, ...]) -> str:
    return str(place[0]) if place else ""


def _sentence(error: dict[str, object], language: Language) -> str:
    """Empty is called missing: that a name is too short says nothing to who typed none."""
    if error["type"] == "string_too_short" and error.get("input") == "":
        return text(language, "common.missing")
    return field_error(error, language)["detail"]
