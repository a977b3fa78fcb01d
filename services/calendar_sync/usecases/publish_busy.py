"""Tell the others what is busy in a person's calendars: the months that changed, and at least a sign of life (G3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from services.calendar_sync.model.busy import BusyEntry, Window, busy_months
from services.calendar_sync.store.busy import BusyTimes, Published, digest, next_version
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirror, Mirrors
from shared import clock
from shared.contracts.calendar_sync import BusyMonth, BusyTimesChanged
from shared.contracts.envelope import Cause, CloudEvent, envelope

log = structlog.get_logger(__name__)
_ATTEMPTS = 3
_REMEMBERED = 5_000


class PublishBusyTimes:
    """Counts all of a person's chosen calendars together; one that was never read keeps the rest unsaid (G3)."""

    def __init__(
        self, connections: Connections, mirrors: Mirrors, ledger: Ledger, busy: BusyTimes, *, heartbeat: timedelta
    ) -> None:
        self._connections = connections
        self._mirrors = mirrors
        self._ledger = ledger
        self._busy = busy
        self._heartbeat = heartbeat
        self._said: dict[str, datetime] = {}
        """When it was said last, as this process knows; after a new link all is counted, and so said, again."""

    async def counts(self, staff_id: str, window: Window, changed: Sequence[BusyEntry]) -> bool:
        """Whether one of these is not ours: only then its change can make somebody's time busy, or free."""
        if not changed:
            return False
        own = (await self._ledger.own_entries([staff_id], window.start_at, among=changed))[staff_id]
        return not all(own.include(entry) for entry in changed)

    async def __call__(self, staff_id: str, organization_id: str, *, changed: bool) -> None:
        """``changed`` looks at the entries; otherwise only when it is time for a sign of life."""
        since = clock.now() - self._heartbeat
        if not changed and staff_id in self._said and self._said[staff_id] > since:
            return
        for _ in range(_ATTEMPTS):
            before = await self._busy.published(staff_id)
            self._remember(staff_id, before.at)
            fresh = before.at is not None and before.at > since
            if fresh and not changed:
                return
            version = next_version(before.version)
            mirrors = await self._linked(staff_id, organization_id)
            if mirrors is None or await self._publish(organization_id, before, mirrors, version, fresh=fresh):
                return

    def _remember(self, staff_id: str, said_at: datetime | None) -> None:
        if said_at is None:
            self._said.pop(staff_id, None)
            return
        if len(self._said) >= _REMEMBERED:
            self._said.pop(next(iter(self._said)))
        self._said[staff_id] = said_at

    async def _linked(self, staff_id: str, organization_id: str) -> list[Mirror] | None:
        """The mirrors of all calendars that count; None while one has never been read."""
        found = await self._connections.of_staff([staff_id], organization_id=organization_id)
        links = [one for one in found if one.linked]
        mirrors = await self._mirrors.of_links(links)
        counted = sum(len(one.busy_mirrors) for one in links)
        if not links or len(mirrors) < counted or any(one.read_at is None for one in mirrors.values()):
            return None
        return list(mirrors.values())

    async def _publish(
        self, organization_id: str, before: Published, mirrors: Sequence[Mirror], version: int, *, fresh: bool
    ) -> bool:
        """``version`` is of before the links were asked for: one that is made meanwhile comes after this event."""
        staff_id = mirrors[0].staff_id
        window, read_at = common_window(mirrors), min(one.read_at for one in mirrors if one.read_at)
        ids = [one.mirror_id for one in mirrors]
        entries = await self._mirrors.in_span(ids, window)
        own = (await self._ledger.own_entries([staff_id], window.start_at))[staff_id]
        spans = [(entry.start_at, entry.end_at) for _, entry in entries if not own.include(entry)]
        months = busy_months(window, spans)
        digests = {month: digest(bits) for month, bits in months.items()}
        if fresh and digests == before.months:
            return True
        event = _event(staff_id, organization_id, version, read_at, window, months)
        return await self._busy.publish(staff_id, before, digests, event)


def _event(
    staff_id: str, organization_id: str, version: int, read_at: datetime, window: Window, months: dict[str, str]
) -> CloudEvent[BusyTimesChanged]:
    return envelope(
        BusyTimesChanged(
            staff_id=staff_id,
            read_at=read_at,
            window_start_at=window.start_at,
            window_end_at=window.end_at,
            months=[BusyMonth(month=month, bits=bits) for month, bits in sorted(months.items())],
        ),
        subject=staff_id,
        organization_id=organization_id,
        version=version,
        cause=Cause.outside(),
    )


def common_window(mirrors: Sequence[Mirror]) -> Window:
    windows = [one.window for one in mirrors if one.window]
    return Window(max(one.start_at for one in windows), min(one.end_at for one in windows))
