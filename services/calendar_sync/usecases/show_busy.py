"""What is busy in people's calendars as far as the mirror knows (V8, G25): no provider is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.calendar_sync.model.busy import BusyEntry, Window
from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirror, Mirrors
from shared import clock


class Freshness(StrEnum):
    """``unknown``: linked, and never read or no longer readable."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True)
class Shown:
    """One person's busy time; our own holds and entries are left out."""

    staff_id: str
    status: Freshness
    as_of: datetime | None = None
    busy: Sequence[BusyEntry] = field(default=())


class ShowBusyTimes:
    """Reads the mirror only."""

    def __init__(self, connections: Connections, mirrors: Mirrors, ledger: Ledger, *, stale_after: timedelta) -> None:
        self._connections = connections
        self._mirrors = mirrors
        self._ledger = ledger
        self._stale_after = stale_after

    async def __call__(self, organization_id: str, staff_ids: Sequence[str], span: Window) -> list[Shown]:
        links = await self._connections.of_staff(staff_ids, organization_id=organization_id)
        linked = [one for one in links if one.linked]
        mirrors = await self._mirrors.of_links(linked)
        entries = await self._mirrors.in_span(list(mirrors), span)
        own = await self._ledger.own_entries(staff_ids, span.start_at)
        owner = {mirror_id: one.staff_id for one in linked for mirror_id in one.busy_mirrors}
        shown = []
        for staff_id in staff_ids:
            mine = [one for one in linked if one.staff_id == staff_id]
            busy = [
                entry
                for mirror_id, entry in entries
                if owner[mirror_id] == staff_id and not own[staff_id].include(entry)
            ]
            status, as_of = self._freshness(mine, mirrors)
            shown.append(Shown(staff_id, status, as_of, sorted(busy, key=lambda entry: entry.start_at)))
        return shown

    def _freshness(self, links: Sequence[Connection], mirrors: dict[str, Mirror]) -> tuple[Freshness, datetime | None]:
        if not links:
            return Freshness.NOT_CONNECTED, None
        names = [mirror_id for one in links for mirror_id in one.busy_mirrors]
        reads = [mirrors[name].read_at if name in mirrors else None for name in names]
        known = [read_at for read_at in reads if read_at is not None]
        as_of = min(known) if known else None
        if len(known) < len(reads) or any(one.status is ConnectionStatus.BROKEN for one in links):
            return Freshness.UNKNOWN, as_of
        if as_of is not None and as_of < clock.now() - self._stale_after:
            return Freshness.STALE, as_of
        return Freshness.FRESH, as_of
