"""The parts of a request that shape an answer: Prefer headers and the $-parameters. What is unknown is passed over."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.datastructures import Headers, QueryParams

from deploy.sandbox.microsoft.bodies import property_key
from deploy.sandbox.microsoft.errors import GraphError
from deploy.sandbox.microsoft.presenting import Reader
from deploy.sandbox.microsoft.zones import zone_named

_PREFERENCE = re.compile(r'([\w.\-]+)\s*=\s*("[^"]*"|[^\s,;]+)')
_TEXT = r"'((?:[^']|'')*)'"
_EXTENDED = re.compile(
    r"singleValueExtendedProperties/any\(\s*(\w+)\s*:\s*\1/id\s+eq\s+"
    + _TEXT
    + r"\s+and\s+\1/value\s+eq\s+"
    + _TEXT
    + r"\s*\)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"(iCalUId|transactionId|subject|seriesMasterId|start/dateTime|end/dateTime|lastModifiedDateTime)"
    r"\s+(eq|ne|ge|gt|le|lt)\s+(?:" + _TEXT + r"|([0-9T:.Z+-]+))",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_EXPANDED_ID = re.compile(r"id\s+eq\s+" + _TEXT, re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """One comparison of a $filter; ``name`` in lower case."""

    name: str
    operator: str
    value: str


@dataclass(frozen=True)
class Filter:
    """All must hold. ``marks``: extended properties (id, value) that the event must have."""

    marks: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Preferences:
    zone: str = "UTC"
    text_body: bool = False
    page_size: int | None = None
    applied: list[str] = field(default_factory=list)


def preferences(headers: Headers) -> Preferences:
    """The Prefer headers; raises 400 for a zone that there is not."""
    zone, text_body, size, applied = "UTC", False, None, []
    for name, quoted in _PREFERENCE.findall(", ".join(headers.getlist("prefer"))):
        value = quoted.strip('"')
        if name.lower() == "outlook.timezone":
            zone_named(value)
            zone = value
        elif name.lower() == "outlook.body-content-type":
            text_body = value.lower() == "text"
        elif name.lower() == "odata.maxpagesize" and value.isdigit():
            size = max(1, int(value))
        elif name.lower() != "idtype":
            continue
        applied.append(f"{name}={quoted}")
    return Preferences(zone, text_body, size, applied)


def reader(query: QueryParams, preferred: Preferences) -> Reader:
    """Who reads, as ``presenting`` wants it."""
    select = query.get("$select")
    expand = query.get("$expand", "")
    expanded: frozenset[str] | None = None
    if "singlevalueextendedproperties" in expand.lower():
        ids = (found.replace("''", "'") for found in _EXPANDED_ID.findall(expand))
        expanded = frozenset(property_key(one) for one in ids)
    chosen = frozenset(name.strip().lower() for name in select.split(",")) if select else None
    return Reader(preferred.zone, preferred.text_body, chosen, expanded)


def whole_number(query: QueryParams, name: str, default: int, most: int | None = None) -> int:
    """A $top or $skip; raises 400 for anything but a number."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        raise GraphError(400, "BadRequest", f"Invalid value '{text}' for {name} query option found.")
    return min(int(text), most) if most else int(text)


def parse_filter(text: str | None) -> Filter:
    """The $filter; raises 400 for what is not understood here."""
    if not text or not text.strip():
        return Filter()
    marks: list[tuple[str, str]] = []

    def take_mark(found: re.Match[str]) -> str:
        marks.append((property_key(_unquoted(found.group(2))), _unquoted(found.group(3))))
        return ""

    rest = _EXTENDED.sub(take_mark, text)
    conditions: list[Condition] = []
    for clause in _AND.split(rest):
        stripped = clause.strip().strip("()").strip()
        if stripped.lower() in ("", "and"):
            continue
        found = _COMPARED.fullmatch(stripped)
        if found is None:
            raise GraphError(400, "ErrorInvalidUrlQueryFilter", f"Invalid filter clause: '{stripped}'.")
        value = _unquoted(found.group(3)) if found.group(3) is not None else found.group(4)
        conditions.append(Condition(found.group(1).lower(), found.group(2).lower(), value))
    return Filter(tuple(marks), tuple(conditions))


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def page_link(url: str, query: QueryParams, **changed: str) -> str:
    """The same request with other $-parameters, as an @odata link."""
    names = {"skip": "$skip", "skiptoken": "$skiptoken", "deltatoken": "$deltatoken"}
    kept = [(key, value) for key, value in query.multi_items() if key not in names.values()]
    added = [(names[key], value) for key, value in changed.items()]
    return f"{url}?{urlencode(kept + added, safe='$')}"
