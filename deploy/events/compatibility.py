"""Whether a schema may replace a published one: readers of either version must understand writers of the other.

A new optional member is compatible, and a new value of an enumeration that is declared open; anything else needs a new
version of the event (style 8).
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_PROSE = ("description", "title", "examples")
OPEN = "x-open"


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """What would break, each with the place; empty where nothing does."""
    return list(_compare(old, new, old, new, "data", frozenset()))


def _resolve(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def _compare(
    old: Schema, new: Schema, old_document: Schema, new_document: Schema, place: str, seen: frozenset[str]
) -> Iterator[str]:
    reference = str(old.get("$ref", ""))
    if reference and reference in seen:
        return
    seen = seen | {reference} if reference else seen
    old, new = _resolve(old, old_document), _resolve(new, new_document)
    nested = ("properties", "required", "items", "anyOf", "$defs", "default")
    for key in sorted({*old, *new} - {OPEN, *nested, *_PROSE}):
        grows = key == "enum" and new.get(OPEN) and set(old.get(key, ())) <= set(new.get(key, ()))
        if old.get(key) != new.get(key) and not grows:
            yield f"{place}: {key} was {old.get(key)!r}, is {new.get(key)!r}"
    yield from _compare_members(old, new, old_document, new_document, place, seen)
    if "items" in old and "items" in new:
        yield from _compare(old["items"], new["items"], old_document, new_document, f"{place}[]", seen)
    elif ("items" in old) != ("items" in new):
        yield f"{place}: items appeared or vanished"
    before, after = old.get("anyOf", []), new.get("anyOf", [])
    if len(before) != len(after):
        yield f"{place}: the number of alternatives changed"
    for index, (left, right) in enumerate(zip(before, after, strict=False)):
        yield from _compare(left, right, old_document, new_document, f"{place}|{index}", seen)


def _compare_members(
    old: Schema, new: Schema, old_document: Schema, new_document: Schema, place: str, seen: frozenset[str]
) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{place}.{name}: removed"
        else:
            yield from _compare(before[name], after[name], old_document, new_document, f"{place}.{name}", seen)
    was_required, is_required = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted(was_required - is_required):
        if name in after:
            yield f"{place}.{name}: was always there, may now be missing"
    for name in sorted(is_required - was_required):
        yield f"{place}.{name}: {'was optional' if name in before else 'new'}, is required now"
