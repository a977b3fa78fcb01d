"""Ask a provider to tell of changes, and listen. Failing at it must not matter: calendars are polled anyway."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider, Watch
from services.calendar_sync.store.mirrors import Mirror, Mirrors
from services.calendar_sync.usecases.credentials import Credentials
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.crypto import same
from shared.providers import ProviderError
from shared.webhooks import Heard, object_in

log = structlog.get_logger(__name__)
_RENEWS = {"reauthorizationRequired", "subscriptionRemoved"}
"""Microsoft's lifecycle events after which a subscription is renewed, or made anew where it is gone."""
_REMEMBERED = 5_000
_TOGETHER = 1_000
"""Notices of one body that are heard."""


@dataclass(frozen=True)
class WatchRules:
    """Where notifications go and how long a subscription lasts."""

    public_url: str
    lifetime: timedelta
    renew_before: timedelta
    retry: timedelta


class WatchCalendar:
    """Makes and renews the subscription of one calendar."""

    def __init__(
        self,
        mirrors: Mirrors,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
        rules: WatchRules,
    ) -> None:
        self._mirrors = mirrors
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._rules = rules

    async def __call__(self, mirror: Mirror, connection: Connection) -> None:
        """When it is time: at the first read, and before the subscription lapses."""
        now = clock.now()
        if not is_watch_due(mirror, now):
            return
        secret = await self._secret_of(mirror)
        try:
            made = await self._made(mirror, connection, secret, now + self._rules.lifetime)
        except ProviderError as error:
            log.info("calendar.not_watched", connection_id=mirror.connection_id, reason=error.reason)
            await self._mirrors.watch_later(mirror, now + self._rules.retry)
            return
        due_at = max(made.expires_at - self._rules.renew_before, now + self._rules.retry)
        await self._mirrors.keep_watch(mirror, made, secret, due_at)

    async def _secret_of(self, mirror: Mirror) -> str:
        """What stands keeps its own."""
        known = await self._mirrors.watched_as(mirror.watch.watch_id) if mirror.watch is not None else None
        return known[1] if known is not None else secrets.token_urlsafe(32)

    async def _made(self, mirror: Mirror, connection: Connection, secret: str, until: datetime) -> Watch:
        provider, credential = self._providers[connection.provider], self._credentials.of(connection)
        url, calendar = f"{self._rules.public_url}/hooks/{connection.provider}", mirror.calendar_id
        async with self._mailbox(connection):
            if mirror.watch is None:
                return await provider.watch(credential, url=url, secret=secret, until=until, calendar=calendar)
            return await provider.renew_watch(
                credential, mirror.watch, url=url, secret=secret, until=until, calendar=calendar
            )

    def _mailbox(self, connection: Connection) -> AbstractAsyncContextManager[None]:
        """Counts with all other requests of this calendar (G20)."""
        return self._mailboxes[connection.provider].of(connection.connection_id).slot()

    async def end(self, mirror: Mirror, connection: Connection) -> None:
        """The calendar is not read any more; a subscription that cannot be ended lapses by itself."""
        if mirror.watch is None:
            return
        try:
            async with self._mailbox(connection):
                await self._providers[connection.provider].unwatch(self._credentials.of(connection), mirror.watch)
        except ProviderError as error:
            log.info("calendar.not_unwatched", connection_id=mirror.connection_id, reason=error.reason)


def is_watch_due(mirror: Mirror, now: datetime) -> bool:
    return mirror.watch_due_at is None or mirror.watch_due_at <= now


class HearNotification:
    """Takes in notifications; a wrong secret and an unknown channel look the same (G23).

    Each is answered when it is written down; those of one calendar that come within ``gather`` share one write and one
    read.
    """

    def __init__(self, mirrors: Mirrors, *, gather: timedelta) -> None:
        self._mirrors = mirrors
        self._gather = gather.total_seconds()
        self._gathered: dict[str, asyncio.Task[None]] = {}
        self._channels: dict[str, tuple[str, str]] = {}

    async def google(self, headers: Mapping[str, str]) -> Heard:
        named = {name.lower(): value for name, value in headers.items()}
        if named.get("x-goog-resource-state") != "sync":
            await self._changed(named.get("x-goog-channel-id", ""), named.get("x-goog-channel-token", ""))
        return Heard(200)

    async def microsoft(self, query: Mapping[str, str], body: str) -> Heard:
        """A validation token is echoed as text; it proves that the address is ours."""
        if token := query.get("validationToken"):
            return Heard(200, token)
        await asyncio.gather(*(self._noticed(notice) for notice in _notices(body)))
        return Heard(202)

    async def _noticed(self, notice: Mapping[str, Any]) -> None:
        """Those of one body are gathered as if each had come alone; the provider waits once for all."""
        renew = str(notice.get("lifecycleEvent")) in _RENEWS
        watch_id, secret = str(notice.get("subscriptionId", "")), str(notice.get("clientState", ""))
        await self._changed(watch_id, secret, renew=renew)

    async def _changed(self, watch_id: str, secret: str, *, renew: bool = False) -> None:
        """Also where notifications were ``missed``: the calendar is read, and that says what there was to say."""
        found = await self._channel(watch_id) if watch_id else None
        if found is None or not same(found[1], secret):
            log.info("notification.ignored")
            return
        connection_id = found[0]
        if renew:
            await self._mirrors.watch_at_once(connection_id, clock.now())
        written = self._gathered.get(connection_id)
        if written is None:
            written = self._gathered[connection_id] = asyncio.create_task(self._write(connection_id))
        await asyncio.shield(written)

    async def _channel(self, watch_id: str) -> tuple[str, str] | None:
        """The connection and the secret of a channel, which never change."""
        found = self._channels.get(watch_id) or await self._mirrors.watched_as(watch_id)
        if found is not None:
            if len(self._channels) >= _REMEMBERED:
                self._channels.pop(next(iter(self._channels)))
            self._channels[watch_id] = found
        return found

    async def _write(self, connection_id: str) -> None:
        await asyncio.sleep(self._gather)
        del self._gathered[connection_id]
        await self._mirrors.notified(connection_id, clock.now())


def _notices(body: str) -> list[dict[str, Any]]:
    """As many as a provider ever puts together: each is looked up, and anybody may send them."""
    found = object_in(body).get("value")
    return [one for one in found[:_TOGETHER] if isinstance(one, dict)] if isinstance(found, list) else []
