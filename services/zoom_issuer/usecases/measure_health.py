"""What is to be seen of links to Zoom from outside."""

from services.zoom_issuer.store.connections import PROVIDER, Connections, ConnectionStatus
from services.zoom_issuer.store.freezes import Freezes
from shared.contracts.stages import Stage
from shared.observability import metrics
from shared.watch import Watch

_COUNTED = (ConnectionStatus.CONNECTED, ConnectionStatus.BROKEN)


class MeasureHealth:
    """People's own links and organizations' accounts together; some counts by an index."""

    def __init__(self, connections: Connections, freezes: Freezes) -> None:
        self._connections = connections
        self._freezes = freezes

    async def __call__(self) -> None:
        by_state = {str(state): await self._connections.count(state) for state in _COUNTED}
        metrics.record_connections(PROVIDER, by_state)
        metrics.record_frozen(await self._freezes.count())


def watch_health(connections: Connections, freezes: Freezes) -> Watch:
    metrics.expect_effects("meeting", stages=(Stage.MEETING_ISSUED,))
    return Watch("zoom", MeasureHealth(connections, freezes))
