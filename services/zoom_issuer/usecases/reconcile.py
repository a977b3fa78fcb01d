"""The mirror of meetings (G13): its counts, and a comparison with what every Zoom user has now.

Comparing is what each sweep does (``sweep_meetings``); here all are due.
"""

from collections.abc import Awaitable, Callable

import structlog

from services.zoom_issuer.store.reconciling import Reconciling
from services.zoom_issuer.store.sweeps import Sweeps
from shared import clock
from shared.mirror import MirrorCounts

log = structlog.get_logger(__name__)


class Reconcile:
    """A ``shared.mirror.Reconciler``; ``discover`` finds Zoom users that are not swept yet."""

    def __init__(
        self,
        rows: Reconciling,
        sweeps: Sweeps,
        discover: Callable[[], Awaitable[None]],
        wake: Callable[[str], None],
    ) -> None:
        self._rows = rows
        self._sweeps = sweeps
        self._discover = discover
        self._wake = wake

    async def count(self, organization_id: str = "") -> MirrorCounts:
        return await self._rows.count(organization_id)

    async def now(self, organization_id: str) -> int:
        rows = await self._rows.try_again(organization_id)
        await self._discover()
        users = await self._sweeps.hurry_all(organization_id, clock.now())
        for row_id in rows:
            self._wake(row_id)
        log.info("mirror.compared", rows=len(rows), users=users)
        return len(rows) + users
