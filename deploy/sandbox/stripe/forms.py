"""Form-encoded bodies with brackets, as Stripe's API takes them: ``line_items[0][price_data][currency]=jpy``."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from deploy.sandbox.stripe import errors

Form = dict[str, "str | Form"]
_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def parsed(encoded: str) -> Form:
    """Lists are numbered members; ``expand[]`` counts up."""
    form: Form = {}
    for key, value in parse_qsl(encoded, keep_blank_values=True):
        match = _KEY.match(key)
        if match is None:
            raise errors.unknown(key)
        _put(form, [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])], value, key)
    return form


def _put(form: Form, path: list[str], value: str, key: str) -> None:
    name = path[0] or str(len(form))
    if len(path) == 1:
        form[name] = value
        return
    inner = form.setdefault(name, {})
    if not isinstance(inner, dict):
        raise errors.invalid(key, f"Invalid object: {key}")
    _put(inner, path[1:], value, key)


def group(form: Mapping[str, "str | Form"], name: str, at: str = "") -> Form:
    """A member that is an object; empty where it is left out."""
    value = form.get(name, {})
    if isinstance(value, str):
        if value:
            raise errors.invalid(at or name, "Invalid object")
        return {}
    return value


def text(form: Mapping[str, "str | Form"], name: str, at: str = "") -> str | None:
    """A member that is a string; None where it is left out or empty."""
    value = form.get(name)
    if isinstance(value, dict):
        raise errors.invalid(at or name, f"Invalid string: {value}")
    return value or None


def required(form: Mapping[str, "str | Form"], name: str, at: str = "") -> str:
    value = text(form, name, at)
    if value is None:
        raise errors.missing(at or name)
    return value


def integer(form: Mapping[str, "str | Form"], name: str, at: str = "") -> int | None:
    value = text(form, name, at)
    if value is None:
        return None
    if not re.fullmatch(r"-?\d{1,15}", value):
        raise errors.not_an_integer(at or name, value)
    return int(value)


def metadata(form: Mapping[str, "str | Form"], at: str = "metadata") -> dict[str, str]:
    """At most 50 names of 40 characters, values of 500."""
    given = {name: value for name, value in group(form, "metadata", at).items() if isinstance(value, str) and value}
    if len(given) > 50:
        raise errors.invalid(at, "Metadata can have up to 50 keys.")
    for name, value in given.items():
        if len(name) > 40:
            raise errors.invalid(at, f"Metadata keys can have up to 40 characters: {name}")
        if len(value) > 500:
            raise errors.invalid(f"{at}[{name}]", "Metadata values can have up to 500 characters.")
    return given


def only(form: Mapping[str, "str | Form"], names: Iterable[str], at: str = "") -> None:
    """Raises for a parameter that is not known."""
    for name in form:
        if name not in names:
            raise errors.unknown(f"{at}[{name}]" if at else name)
