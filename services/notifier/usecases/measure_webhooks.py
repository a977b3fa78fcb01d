"""How webhook endpoints fare, for who runs the installation (X1)."""

from services.notifier.endpoints import Endpoints
from shared.contracts.api.webhooks import TryError
from shared.observability import metrics
from shared.watch import Watch


class MeasureWebhooks:
    """A failing endpoint is one that nothing reached since its last failure; a disabled one needs an administrator."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    async def __call__(self) -> None:
        metrics.record_webhook_endpoints(await self._endpoints.count_by_state())


def watch_webhooks(endpoints: Endpoints) -> Watch:
    metrics.expect_webhooks("delivered", *TryError)
    return Watch("webhook_endpoints", MeasureWebhooks(endpoints))
