"""Limits per link, per address, per recipient and per account (G24).

Requests of guests and API keys and notifications are counted in memory and exchanged with the other replicas every
second, so that the way of a confirmation has no round trip for them; failed sign-ins are counted in the database at
once for their account, and in memory for their address. Who loses a race is not counted.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import Request

from services.gateway.edge import windows
from services.gateway.edge.windows import Window
from services.gateway.providers.backend import BackendProblem
from services.gateway.settings import Settings
from services.gateway.store.counts import CountStore
from shared import clock
from shared.crypto import token_hash
from shared.mongo import PyMongoError
from shared.observability.errors import brief
from shared.problem import Problem

log = structlog.get_logger(__name__)
_EXCHANGE_SECONDS = 1.0
_STRIPES = 64


class TooManyRequests(Problem):
    """A limit of G24 is reached."""

    code, status = "too_many_requests", 429
    ja = "回数が多すぎます。しばらくしてからもう一度お試しください。"
    en = "Too many requests. Please try again later."

    def __init__(self, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})


class Limits:
    """A worker of the runtime: ``start`` and ``stop`` frame the exchange of counts."""

    def __init__(self, store: CountStore, settings: Settings) -> None:
        self._store = store
        self._per_link = settings.confirms_per_minute_and_link
        self._per_recipient = settings.mails_per_minute_and_recipient
        self._per_ip = settings.guest_requests_per_minute_and_ip
        self._hooks_per_ip = settings.hooks_per_minute_and_ip
        self._per_key = settings.requests_per_minute_and_key
        self._sign_ins = settings.failed_sign_ins_per_minute_and_account
        self._sign_ins_per_ip = settings.failed_sign_ins_per_minute_and_ip
        self._known: dict[str, int] = {}
        self._unsent: Counter[str] = Counter()
        self._turns = [asyncio.Lock() for _ in range(_STRIPES)]
        self._exchanging: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def guest(self, request: Request, *, token: str, confirms: bool = False) -> AsyncIterator[None]:
        """Around a guest's request with the ``token`` of their link. Raises ``TooManyRequests``."""
        asked = [("ip", address_of(request), self._per_ip)]
        if confirms:
            asked.append(("link", token, self._per_link))
        async with self._counted(asked):
            yield

    @asynccontextmanager
    async def mailing(self, request: Request, *, token: str, recipient: str) -> AsyncIterator[None]:
        """The same around what mails the guest. A page's link is everybody's: nobody uses it up for the others. Only
        what went through counts for the ``recipient``, whom anybody may name.
        """
        address = address_of(request)
        asked = [("ip", address, self._per_ip), ("link", f"{token}/{address}", self._per_link)]
        mailed = self._name_below("recipient", recipient.strip().lower(), self._per_recipient) if recipient else ""
        async with self._counted(asked):
            yield
        if mailed:
            self._unsent[mailed] += 1

    @asynccontextmanager
    async def _counted(self, asked: list[tuple[str, str, int]]) -> AsyncIterator[None]:
        current = [self._name_below(*rule) for rule in asked]
        try:
            yield
        except BackendProblem as problem:
            if problem.status != 409:
                self._unsent.update(current)
            raise
        except Exception:
            self._unsent.update(current)
            raise
        else:
            self._unsent.update(current)

    def hook(self, request: Request) -> None:
        """Count a provider's notification, which anybody may send. Raises ``TooManyRequests``."""
        self._unsent[self._name_below("hook", address_of(request), self._hooks_per_ip)] += 1

    def key(self, key_id: str) -> None:
        """Count a request that came with an API key. Raises ``TooManyRequests``."""
        self._unsent[self._name_below("key", key_id, self._per_key)] += 1

    def _name_below(self, rule: str, subject: str, limit: int) -> str:
        """Under which this minute's is counted. Raises ``TooManyRequests`` where one more would be too many."""
        now = clock.real_now().timestamp()
        name, before = windows.names(rule, token_hash(subject)[:32], now)
        refuse_above(Window(self._count(name), self._count(before), now % windows.SECONDS), limit)
        return name

    @asynccontextmanager
    async def sign_in(self, account: str, address: str) -> AsyncIterator["Attempt"]:
        """Around one attempt, one at a time per account; raises ``TooManyRequests`` before or after it. Against its
        address it counts from the beginning, until it went well: each costs a hash, and many at once would make
        everybody wait.
        """
        subject, tried = token_hash(account)[:32], self._name_below("sign_in_ip", address, self._sign_ins_per_ip)
        self._unsent[tried] += 1
        async with self._turns[int(subject[:8], 16) % _STRIPES]:
            now = clock.real_now().timestamp()
            name, before = windows.names("sign_in", subject, now)
            counts = await self._store.read([name, before])
            window = Window(counts.get(name, 0), counts.get(before, 0), now % windows.SECONDS)
            refuse_above(window, self._sign_ins)
            attempt = Attempt()
            yield attempt
            if attempt.failed:
                await self._store.add({name: 1})
            else:
                self._unsent[tried] -= 1

    async def start(self) -> None:
        self._exchanging = asyncio.create_task(self._exchange_for_ever())

    async def stop(self) -> None:
        if self._exchanging:
            self._exchanging.cancel()
            await asyncio.gather(self._exchanging, return_exceptions=True)

    async def exchange(self) -> None:
        """Add our counts to everybody's and learn theirs; forgets minutes that are over."""
        sent = Counter({name: count for name, count in self._unsent.items() if count})
        self._unsent = Counter()
        for name, count in sent.items():
            self._known[name] = self._known.get(name, 0) + count
        try:
            if sent:
                await self._store.add(sent)
        except PyMongoError:
            self._known = {name: count - sent.get(name, 0) for name, count in self._known.items()}
            self._unsent.update(sent)
            raise
        oldest = int(clock.real_now().timestamp() // windows.SECONDS) - 1
        live = [name for name in self._known if int(name.rpartition(":")[2]) >= oldest]
        self._known = await self._store.read(live) if live else {}

    def _count(self, name: str) -> int:
        return self._known.get(name, 0) + self._unsent.get(name, 0)

    async def _exchange_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_EXCHANGE_SECONDS)
            try:
                await self.exchange()
            except PyMongoError as error:
                log.warning("limits.not_exchanged", error=brief(error))


def address_of(request: Request) -> str:
    """From where it comes: of proxies that are not trusted their own."""
    return request.client.host if request.client else "unknown"


class Attempt:
    """A sign-in under way."""

    failed = False


def refuse_above(window: Window, limit: int) -> None:
    """Raises ``TooManyRequests`` where one more would be too many."""
    if window.count >= limit:
        raise TooManyRequests(window.retry_after(limit))
