"""Proves each provider connection by one harmless question under its own token, which is renewed where that is due.

What is found out here is what the service itself would find out at its next request: a grant that the provider refuses
for good makes its connection ``broken``, and its owner is mailed (G19).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.doctor.findings import Finding, State, masked, note, ok
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderThrottled

_WHAT = "connections"
_AT_ONCE = 8
_BY_NAME = 3
"""So many with one and the same trouble are lines of their own."""

_CONNECT_AGAIN = "its owner connects again under 外部連携 (they were mailed); what waits goes out by itself then"


@dataclass(frozen=True)
class Link:
    """One connection. ``broken`` and ``frozen`` say what is known without asking."""

    link_id: str
    provider: str
    account: str
    whose: str
    broken: str = ""
    frozen: str = ""

    def __str__(self) -> str:
        return f"{masked(self.account)} ({self.whose})"


@dataclass(frozen=True)
class _Trouble:
    """The same for any number of connections."""

    provider: str
    state: State
    found: str
    advice: str


async def examine_links(links: Sequence[Link], question: Callable[[str], Awaitable[object]]) -> Sequence[Finding]:
    """``question`` is put to the provider by the connection's id; it raises the errors of providers."""
    if not links:
        return [note(_WHAT, "nobody is connected yet", "people connect under 外部連携")]
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def examine(link: Link) -> list[_Trouble]:
        async with at_once:
            return [*_frozen(link), *(await _asked(link, question))]

    troubles: dict[_Trouble, list[Link]] = {}
    well: Counter[str] = Counter()
    for link, found in zip(links, await asyncio.gather(*map(examine, links)), strict=True):
        well[link.provider] += not found
        for trouble in found:
            troubles.setdefault(trouble, []).append(link)
    there_are = Counter(link.provider for link in links)
    lines = [
        ok(_WHAT, f"{number} of {there_are[provider]} with {provider} answer")
        for provider, number in well.items()
        if number
    ]
    return [*lines, *(line for trouble, whose in troubles.items() for line in _lines(trouble, whose))]


def _lines(trouble: _Trouble, links: Sequence[Link]) -> list[Finding]:
    few = len(links) <= _BY_NAME
    names = [str(link) for link in links] if few else [f"{len(links)} of them, such as {links[0]}"]
    provider, state, found, advice = trouble.provider, trouble.state, trouble.found, trouble.advice
    return [Finding(_WHAT, state, f"{provider}, {name}: {found}", advice) for name in names]


def _frozen(link: Link) -> list[_Trouble]:
    advice = "its owner or an administrator decides under 外部連携; ask them first whether the calendar was emptied"
    return [_Trouble(link.provider, State.WRONG, link.frozen, advice)] if link.frozen else []


async def _asked(link: Link, question: Callable[[str], Awaitable[object]]) -> list[_Trouble]:
    if link.broken:
        return [_Trouble(link.provider, State.WRONG, link.broken, _CONNECT_AGAIN)]
    try:
        await question(link.link_id)
    except ProviderError as error:
        return [_trouble(link.provider, error)]
    return []


def _trouble(provider: str, error: ProviderError) -> _Trouble:
    match error:
        case CredentialRevoked():
            return _Trouble(provider, State.WRONG, f"its tokens are refused ({error.reason})", _CONNECT_AGAIN)
        case ProviderThrottled():
            found = f"the provider asks us to wait {error.retry_after.total_seconds():.0f} s"
            return _Trouble(provider, State.NOTE, found, "what waits goes out by itself")
        case ProviderRefused():
            advice = "see what the reason says; connecting again may help"
            return _Trouble(provider, State.WRONG, f"refused ({error.reason})", advice)
        case _:
            advice = "is the provider down, what waits goes out by itself; else correct the client id and secret"
            return _Trouble(provider, State.WRONG, f"no answer ({error.reason})", advice)
