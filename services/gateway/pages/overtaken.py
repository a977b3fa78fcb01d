"""Forms that somebody overtook: each bears a mark of every value it was made from, so that what its reader left alone
takes the newer value, and only what both changed is left to the reader.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from services.gateway.pages.typed import given, whole_number
from shared.problem import VersionMismatch


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed, and what it is now."""

    label: str
    now: str


@dataclass(frozen=True)
class Sheet:
    """What a form shows: what was typed, else what is known; ``seen`` marks the values of ``version``. Of an overtaken
    one, ``differences`` are fields that both changed, ``taken_over`` those that only somebody else did.
    """

    typed: Mapping[str, str]
    version: int = 0
    seen: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    differences: Sequence[Difference] = ()
    taken_over: Sequence[Difference] = ()
    problem: str = ""
    status: int = 200
    ticked: frozenset[str] = frozenset()


def fresh(known: Mapping[str, str], version: int) -> Sheet:
    """A form of what is known."""
    return Sheet(known, version, marks_of(known))


def as_sent(form: FormData, typed: Mapping[str, str], errors: Mapping[str, str], problem: str, status: int) -> Sheet:
    """What was refused, still made from what it was made from: another try is overtaken like the first."""
    known = whole_number(given(form, "version"), digits=9) or 0
    return Sheet(typed, known, given(form, "seen"), errors, problem=problem, status=status)


def overtaken(
    form: FormData,
    typed: Mapping[str, str],
    current: Mapping[str, str],
    version: int,
    told: Callable[[str], Difference],
) -> Sheet:
    """What was typed stays, and what was left alone becomes what it is now."""
    seen = dict(part.split(":", 1) for part in given(form, "seen").split() if ":" in part)
    alone = {name for name in current if _mark(typed[name]) == seen.get(name)}
    theirs = [name for name in current if current[name] != typed[name] and _mark(current[name]) != seen.get(name)]
    return Sheet(
        {name: current[name] if name in alone else typed[name] for name in current},
        version,
        marks_of(current),
        differences=[told(name) for name in theirs if name not in alone],
        taken_over=[told(name) for name in theirs if name in alone],
        status=VersionMismatch.status,
    )


def marks_of(values: Mapping[str, str]) -> str:
    """By field, a mark of its value."""
    return " ".join(f"{name}:{_mark(value)}" for name, value in values.items())


def _mark(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]
