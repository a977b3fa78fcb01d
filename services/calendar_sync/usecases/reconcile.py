"""The mirror of entries and holds (G13): its counts, and a comparison with every calendar now.

Comparing is what each reading does (``notice_drift``, ``notice_strays``); here all calendars are read completely.
"""

from collections.abc import Callable

import structlog

from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.store.reconciling import Reconciling
from shared.mirror import MirrorCounts

log = structlog.get_logger(__name__)


class Reconcile:
    """A ``shared.mirror.Reconciler``."""

    def __init__(
        self,
        rows: Reconciling,
        mirrors: Mirrors,
        wake_row: Callable[[str], None],
        wake_mirror: Callable[[str], None],
    ) -> None:
        self._rows = rows
        self._mirrors = mirrors
        self._wake_row = wake_row
        self._wake_mirror = wake_mirror

    async def count(self, organization_id: str = "") -> MirrorCounts:
        return await self._rows.count(organization_id)

    async def now(self, organization_id: str) -> int:
        rows = await self._rows.try_again(organization_id)
        calendars = await self._mirrors.read_anew(organization_id)
        for row_id in rows:
            self._wake_row(row_id)
        for name in calendars:
            self._wake_mirror(name)
        log.info("mirror.compared", rows=len(rows), calendars=len(calendars))
        return len(rows) + len(calendars)
