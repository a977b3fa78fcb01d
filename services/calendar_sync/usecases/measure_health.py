"""What is to be seen of links and calendars from outside: how many work, how many were not read for too long (G3)."""

from datetime import timedelta

from services.calendar_sync.model.connection import LINKED
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.mirrors import Mirrors
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.contracts.stages import Stage
from shared.observability import metrics
from shared.watch import Watch


class MeasureHealth:
    """Some counts by an index."""

    def __init__(self, connections: Connections, mirrors: Mirrors, *, stale_after: timedelta) -> None:
        self._connections = connections
        self._mirrors = mirrors
        self._stale_after = stale_after

    async def __call__(self) -> None:
        for provider in Provider:
            by_state = {str(state): await self._connections.count(provider, state) for state in LINKED}
            metrics.record_connections(provider, by_state)
        metrics.record_frozen(await self._connections.count_frozen())
        metrics.record_stale_calendars(await self._mirrors.count_unread_since(clock.now() - self._stale_after))


def watch_health(connections: Connections, mirrors: Mirrors, *, stale_after: timedelta) -> Watch:
    metrics.expect_effects("entry", "hold", "room", stages=(Stage.ENTRY_WRITTEN, Stage.HOLDS_RELEASED))
    return Watch("calendars", MeasureHealth(connections, mirrors, stale_after=stale_after))
