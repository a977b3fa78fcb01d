"""The gateway's operations, as an API key of an administrator reaches them; in the demo, as its administrator."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from httpx import AsyncBaseTransport
from pydantic import BaseModel, ValidationError

from shared.contracts.api.operations import (
    DeadLetter,
    DeadLetterList,
    Decision,
    DecisionList,
    Done,
    OwedEffect,
    OwedEffectList,
    Pipeline,
    Silence,
)
from shared.http import AsyncClient, HTTPError, Response, client, json_object

_TIMEOUT = timedelta(seconds=30)
_PAGE = 200
V = TypeVar("V", bound=BaseModel)


class NotReached(Exception):
    """The gateway does not answer, or not as one."""


class NotLetIn(Exception):
    """The key or the password is refused, or allows too little."""


class Refused(Exception):
    """The gateway says no; the words are its own."""


@dataclass(frozen=True)
class Target:
    """Which gateway, and as whom: by ``key``, or by signing in with ``login``."""

    url: str
    key: str = field(default="", repr=False)
    login: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Gathered:
    """Items of all pages; of ``silent`` services they are missing, ``unseen`` is how many messages lay too far back to
    be looked at.
    """

    items: list[Any]
    silent: dict[str, Silence]
    unseen: int = 0


def silence_of(told: DeadLetterList | OwedEffectList | Done) -> dict[str, Silence]:
    """A gateway from before does not say why."""
    return {name: told.silent.get(name, Silence.UNREACHABLE) for name in told.unreachable}


class Operations:
    """``/api/v1/ops`` of one gateway. Raises ``NotReached``, ``NotLetIn`` and ``Refused``."""

    def __init__(self, asked: AsyncClient) -> None:
        self._asked = asked

    async def pipeline(self) -> Pipeline:
        return await self._read(Pipeline, "GET", "pipeline")

    async def dead_letters(self, service: str = "") -> Gathered:
        return await self._all(DeadLetterList, "dead-letters", service=service)

    async def effects(self, status: str, service: str = "") -> Gathered:
        return await self._all(OwedEffectList, "effects", status=status, service=service)

    async def decisions(self, limit: int) -> list[Decision]:
        return (await self._read(DecisionList, "GET", "decisions", params={"limit": str(limit)})).items

    async def replay(self, letter_id: str) -> DeadLetter:
        return await self._read(DeadLetter, "POST", f"dead-letters/{_in_path(letter_id)}/replay")

    async def replay_all(self, service: str, match: str) -> Done:
        return await self._read(Done, "POST", "dead-letters/replay", json={"service": service, "match": match})

    async def discard(self, letter_id: str, reason: str) -> DeadLetter:
        return await self._read(
            DeadLetter, "POST", f"dead-letters/{_in_path(letter_id)}/discard", json={"reason": reason}
        )

    async def retry(self, effect_id: str) -> OwedEffect:
        return await self._read(OwedEffect, "POST", f"effects/{_in_path(effect_id)}/retry")

    async def retry_all(self, service: str) -> Done:
        return await self._read(Done, "POST", "effects/retry", json={"service": service})

    async def give_up(self, effect_id: str, reason: str) -> OwedEffect:
        return await self._read(OwedEffect, "POST", f"effects/{_in_path(effect_id)}/give-up", json={"reason": reason})

    async def reconcile(self) -> Done:
        return await self._read(Done, "POST", "reconcile")

    async def _all(self, kind: type[DeadLetterList] | type[OwedEffectList], path: str, **which: str) -> Gathered:
        query = {name: value for name, value in which.items() if value} | {"limit": str(_PAGE)}
        items: list[Any] = []
        silent: dict[str, Silence] = {}
        while True:
            page = await self._read(kind, "GET", path, params=query)
            items += page.items
            silent |= silence_of(page)
            if not page.next_cursor:
                unseen = page.unseen if isinstance(page, DeadLetterList) else 0
                return Gathered(items, silent, unseen)
            query["cursor"] = page.next_cursor

    async def _read(self, kind: type[V], method: str, path: str, **arguments: Any) -> V:
        answer = _checked(await _ask(self._asked, method, f"/api/v1/ops/{path}", **arguments))
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError as error:
            raise NotReached("the answer is not one of this version's gateway") from error


@asynccontextmanager
async def reached(target: Target, transport: AsyncBaseTransport | None = None) -> AsyncIterator[Operations]:
    """A session that was begun here is ended here. ``transport`` is handed in by tests only."""
    words = {"accept-language": "en"}
    asked = client(target.url.rstrip("/"), timeout=_TIMEOUT, headers=words, transport=transport)
    try:
        if not target.login:
            asked.headers["authorization"] = f"Bearer {target.key}"
            yield Operations(asked)
            return
        async with _session(asked, *target.login):
            yield Operations(asked)
    finally:
        await asked.aclose()


@asynccontextmanager
async def _session(asked: AsyncClient, email: str, password: str) -> AsyncIterator[None]:
    begun = await _ask(asked, "POST", "/api/v1/sessions", json={"email": email, "password": password})
    asked.headers["authorization"] = f"Bearer {json_object(_checked(begun)).get('token', '')}"
    asked.cookies.clear()
    try:
        yield
    finally:
        with suppress(NotReached):  # what went wrong before is what is told; left alone, it expires
            await _ask(asked, "DELETE", "/api/v1/sessions/current")


def _in_path(typed: str) -> str:
    """What somebody typed stays one part of the path."""
    return quote(typed, safe="")


async def _ask(asked: AsyncClient, method: str, path: str, **arguments: Any) -> Response:
    try:
        return await asked.request(method, path, **arguments)
    except HTTPError as error:
        raise NotReached(f"{asked.base_url} does not answer ({type(error).__name__})") from error


def _checked(answer: Response) -> Response:
    if answer.is_success:
        return answer
    told: Mapping[str, Any] = json_object(answer)
    words = str(told.get("detail") or told.get("title") or "")
    if answer.status_code in (401, 403):
        raise NotLetIn(words or f"the gateway answers {answer.status_code}")
    if not told.get("code"):
        raise NotReached(f"{answer.url.host} answers {answer.status_code}, and not as a gateway does")
    if answer.status_code >= 500:
        raise NotReached(f"{words} ({told['code']})")
    raise Refused(f"{words} ({told['code']})")
