"""Telling the administrators that a webhook endpoint was disabled (X1): one mail for each time that it happens."""

from collections.abc import Callable

from services.notifier.model.matter import Chain, DisabledWebhook, Notice
from services.notifier.model.webhooks import Endpoint
from services.notifier.store import Matters
from shared.contracts.api.webhooks import WhyDisabled
from shared.contracts.notifier import Audience, Purpose


class TellOfWebhooks:
    """``wake`` is called with a matter that has work at once."""

    def __init__(self, matters: Matters, wake: Callable[[str], None]) -> None:
        self._matters = matters
        self._wake = wake

    async def disabled(self, endpoint: Endpoint) -> None:
        """Safe to repeat: the notice's key is the endpoint and its version. Who disabled it by hand knows."""
        if endpoint.disabled_at is None or endpoint.disabled_for in (None, WhyDisabled.BY_HAND):
            return
        cause = f"webhook/{endpoint.endpoint_id}/{endpoint.version}"
        notice = Notice(
            purpose=Purpose.WEBHOOK_DISABLED,
            revision=endpoint.version,
            audiences=(Audience.ADMINS,),
            at=endpoint.disabled_at,
            chain=Chain(causation_id=cause, correlation_id=cause),
            webhook=DisabledWebhook(
                url=endpoint.url,
                gone=endpoint.disabled_for is WhyDisabled.GONE,
                problem=endpoint.last_problem,
                since=endpoint.failing_since or endpoint.disabled_at,
            ),
        )
        about = endpoint.endpoint_id
        if await self._matters.take(about, endpoint.organization_id, lambda matter: matter.with_notice(notice)):
            self._wake(about)
