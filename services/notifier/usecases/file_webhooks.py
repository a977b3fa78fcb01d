"""Filing: whatever notifier hears becomes one delivery for each endpoint that wants it (X1); nothing is sent here.

It runs after the handler of the event, whatever became of that, and reads the envelope only: no event is too strange to
be handed on, and mails wait for no webhook.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import Any

import orjson
from faststream import BaseMiddleware
from pydantic import ValidationError

from services.notifier.endpoints import Endpoints
from services.notifier.model.webhooks import Delivery, Endpoint, delivery_id
from services.notifier.store import Matters
from services.notifier.webhook_deliveries import Deliveries
from shared import clock
from shared.contracts.api.webhooks import DeliveryStatus
from shared.contracts.envelope import CloudEvent, EventData
from shared.single_flight import NextFlight

SEALED = "sealed"
_ABOUT = ("appointment_id", "proposal_id", "contact_id", "about")


class FileWebhooks:
    """``wake`` is called with each endpoint that has something to send; ``offered`` are events that may go out."""

    def __init__(
        self,
        endpoints: Endpoints,
        deliveries: Deliveries,
        matters: Matters,
        offered: Collection[str],
        wake: Callable[[str], None],
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._matters = matters
        self._offered = frozenset(offered)
        self._wake = wake
        self._asking: NextFlight[list[Endpoint]] = NextFlight()

    async def file(self, content: bytes) -> None:
        """Safe to repeat."""
        try:
            event = CloudEvent[EventData].model_validate_json(content)
        except ValidationError:
            return  # whoever handles the message decides what becomes of it
        if event.routing_key not in self._offered:
            return
        known = await self._known(event.organizationid)
        wanting = [endpoint for endpoint in known if endpoint.wants(event.routing_key)]
        if not wanting:
            return
        said = orjson.loads(content)
        about = _about(event.subject, said["data"])
        if await self._matters.any_erased(about):
            return  # heard late, of a guest who was erased meanwhile (X5)
        filed = [_delivery(endpoint, event) for endpoint in wanting]
        await self._deliveries.file(filed, orjson.dumps(without_secrets(said)), about)
        enabled = [endpoint.endpoint_id for endpoint in wanting if endpoint.enabled]
        if enabled:
            await self._endpoints.filed(enabled)
        for endpoint_id in enabled:
            self._wake(endpoint_id)

    async def _known(self, organization_id: str) -> list[Endpoint]:
        """Events that come at once share a question, which is asked after they came: whatever was added or taken away
        before an event, by whichever process, counts for it.
        """
        return await self._asking(organization_id, partial(self._endpoints.of_organization, organization_id))


def without_secrets(event: Mapping[str, Any]) -> dict[str, Any]:
    """What is sealed stays inside (G23): the member is there and empty, as the schema demands."""
    data = event["data"]
    opened = {**data, SEALED: ""} if data.get(SEALED) else data
    return {**event, "data": opened}


def _delivery(endpoint: Endpoint, event: CloudEvent[Any]) -> Delivery:
    now = clock.now()
    return Delivery(
        delivery_id=delivery_id(endpoint.endpoint_id, event.id),
        endpoint_id=endpoint.endpoint_id,
        organization_id=endpoint.organization_id,
        event_id=event.id,
        event=event.routing_key,
        subject=event.subject,
        occurred_at=event.time,
        created_at=now,
        begun_at=now,
        status=DeliveryStatus.WAITING if endpoint.enabled else DeliveryStatus.MISSED,
        due_at=now if endpoint.enabled else None,
    )


def _about(subject: str, data: Mapping[str, Any]) -> list[str]:
    """Ids of whom and what it is about."""
    named = [data[name] for name in _ABOUT if isinstance(data.get(name), str)]
    inner = [part for part in (data.get("appointment"), data.get("proposal")) if isinstance(part, dict)]
    named += [part[name] for part in inner for name in _ABOUT if isinstance(part.get(name), str)]
    return sorted({subject, *named})


def filing(file: FileWebhooks) -> type[BaseMiddleware[Any, Any]]:
    """The broker's innermost middleware, around the handler itself."""

    class Filing(BaseMiddleware[Any, Any]):
        """Files what was heard, also where its handler failed: the message comes again, and files nothing twice."""

        async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
            try:
                return await call_next(msg)
            finally:
                await file.file(msg.body)

    return Filing
