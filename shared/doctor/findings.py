"""One line of the doctor's: what was looked at, how it stands, and what to do about it. Nothing in it is a secret."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.observability.errors import brief

LONGEST_SECONDS = 60
"""What takes longer is wrong."""


class State(StrEnum):
    """``note`` is for what may be as it is, but is good to know."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """``found`` and ``advice`` are one line together."""

    what: str
    state: State
    found: str
    advice: str = ""


def ok(what: str, found: str) -> Finding:
    return Finding(what, State.OK, found)


def note(what: str, found: str, advice: str = "") -> Finding:
    return Finding(what, State.NOTE, found, advice)


def wrong(what: str, found: str, advice: str) -> Finding:
    return Finding(what, State.WRONG, found, advice)


@dataclass(frozen=True)
class Examination:
    """Something that is proved; ``look`` may take a minute."""

    what: str
    look: Callable[[], Awaitable[Sequence[Finding]]]


async def examined(examinations: Sequence[Examination]) -> list[Finding]:
    """Side by side. One that fails itself is a finding too: the others go on."""
    found = await asyncio.gather(*map(_look, examinations), return_exceptions=True)
    return [
        finding
        for examination, result in zip(examinations, found, strict=True)
        for finding in ([_failed(examination.what, result)] if isinstance(result, BaseException) else result)
    ]


async def _look(examination: Examination) -> Sequence[Finding]:
    async with asyncio.timeout(LONGEST_SECONDS):
        return await examination.look()


def _failed(what: str, error: BaseException) -> Finding:
    if isinstance(error, TimeoutError):
        return wrong(what, f"no answer within {LONGEST_SECONDS} s", "see whether something hangs or is slow")
    advice = "see the service's log; if it is well, this is a mistake in the doctor"
    return wrong(what, f"could not be examined: {brief(error)}", advice)


def masked(account: str) -> str:
    """Enough of an address to know it again, and no more: what the doctor says may be kept in logs (G26)."""
    name, at, domain = account.partition("@")
    return f"{name[:1]}…{at}{domain}" if at else f"{account[:2]}…"
