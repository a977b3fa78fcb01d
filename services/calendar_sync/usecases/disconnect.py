"""End a calendar's link (R1): the person's holds go first, then the token is revoked and forgotten."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.model.ledger import Row
from services.calendar_sync.model.text import hold_title
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.store.busy import next_version
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.store.subjects import Proposals
from services.calendar_sync.usecases.announce import connection_ended
from services.calendar_sync.usecases.credentials import Credentials
from shared import clock
from shared.contracts import actors
from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import Cause
from shared.contracts.zoom_issuer import EndOfConnection
from shared.oauth import TokenEndpoint
from shared.providers import ProviderError

log = structlog.get_logger(__name__)
_LOOK_AGAIN_SECONDS = 0.25


@dataclass(frozen=True)
class NotReleased:
    """A hold that could not be removed and that the person finds in their calendar still."""

    proposal_id: str
    slot_id: str
    title: str
    start_at: datetime | None
    end_at: datetime | None


class DisconnectCalendar:
    """Ends one link; doing it twice is harmless."""

    def __init__(
        self,
        connections: Connections,
        ledger: Ledger,
        proposals: Proposals,
        mirrors: Mirrors,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        endpoints: Mapping[Provider, TokenEndpoint],
        wake: Callable[[str], None],
        *,
        budget: timedelta,
    ) -> None:
        self._connections = connections
        self._ledger = ledger
        self._proposals = proposals
        self._mirrors = mirrors
        self._credentials = credentials
        self._providers = providers
        self._endpoints = endpoints
        self._wake = wake
        self._budget = budget.total_seconds()

    async def __call__(self, connection: Connection, *, request_id: str) -> list[NotReleased]:
        left: list[Row] = []
        if connection.status is not ConnectionStatus.DISCONNECTED:
            left = await self._release(connection)
            await self._revoke(connection)
        cause = Cause.outside(request_id or None, actor=actors.staff(connection.staff_id))
        event = connection_ended(connection, EndOfConnection.DISCONNECTED, next_version(), cause)
        if await self._connections.end(connection, event):
            log.info("connection.ended", connection_id=connection.connection_id, not_released=len(left))
        return [await self._named(row) for row in left]

    async def _release(self, connection: Connection) -> list[Row]:
        """Have the worker take the holds away, within the budget; answers what stands still."""
        finish_at = clock.now() + timedelta(seconds=2 * self._budget)
        await self._connections.begin_disconnect(connection, finish_at)
        if connection.status is ConnectionStatus.BROKEN:
            return await self._ledger.holds_in(connection.connection_id)
        for row_id in await self._ledger.release_holds(connection.connection_id):
            self._wake(row_id)
        deadline = time.monotonic() + self._budget
        left = await self._ledger.holds_in(connection.connection_id)
        while left and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            left = await self._ledger.holds_in(connection.connection_id)
        return left

    async def _revoke(self, connection: Connection) -> None:
        """Whoever connected again meanwhile keeps the new grant: revoking the old one would end both at Google."""
        if connection.status is ConnectionStatus.BROKEN:
            return
        await self._stop_watching(connection)
        tokens = await self._connections.tokens(connection.connection_id)
        if tokens is None or tokens.link != connection.link:
            return
        try:
            await self._endpoints[connection.provider].revoke(tokens.refresh)
        except ProviderError as error:
            log.warning("grant.not_revoked", connection_id=connection.connection_id, reason=error.reason)

    async def _stop_watching(self, connection: Connection) -> None:
        for watch in await self._mirrors.watches_of(connection):
            try:
                await self._providers[connection.provider].unwatch(self._credentials.of(connection), watch)
            except ProviderError as error:
                log.info("calendar.not_unwatched", connection_id=connection.connection_id, reason=error.reason)

    async def _named(self, row: Row) -> NotReleased:
        state = await self._proposals.find(row.about, row.organization_id)
        slots = state.proposal.slots if state.proposal else []
        slot = next((slot for slot in slots if slot.slot_id == row.slot_id), None)
        return NotReleased(
            proposal_id=row.about,
            slot_id=row.slot_id or "",
            title=hold_title(state.proposal) if state.proposal else "",
            start_at=slot.start_at if slot else None,
            end_at=slot.end_at if slot else None,
        )
