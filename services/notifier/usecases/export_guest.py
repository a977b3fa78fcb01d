"""What notifier holds of a guest's appointments and proposals (X5): which mails went out, and whole webhooks."""

from collections.abc import Sequence

import orjson

from services.notifier.store import Matters
from services.notifier.webhook_deliveries import Deliveries
from shared.contracts.api.erasures import HeldRecord


class HeldOfGuest:
    """Mails themselves are kept only while they may have to be sent again."""

    def __init__(self, matters: Matters, deliveries: Deliveries) -> None:
        self._matters = matters
        self._deliveries = deliveries

    async def __call__(self, organization_id: str, ids: Sequence[str]) -> list[HeldRecord]:
        found: list[HeldRecord] = []
        for about in ids:
            matter = await self._matters.find(about)
            if matter is None or matter.organization_id != organization_id:
                continue
            told = {"purpose", "audience", "status", "revision", "message_id", "reason", "ended_at"}
            mails = (one.model_dump(mode="json", include=told) for one in matter.deliveries.values())
            found += [HeldRecord(kind="mail", about=about, facts=facts) for facts in mails]
        async for delivery, body in self._deliveries.about(organization_id, ids):
            facts = delivery.model_dump(mode="json", include={"event", "endpoint_id", "status", "created_at"})
            facts["body"] = orjson.loads(body)
            found.append(HeldRecord(kind="webhook", about=delivery.subject, facts=facts))
        return found
