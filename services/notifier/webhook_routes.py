"""What the gateway asks of notifier about webhooks (X1)."""

from collections.abc import Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Query

from services.notifier.model.webhooks import Delivery, Endpoint, Try
from services.notifier.usecases.edit_webhooks import EditWebhooks
from services.notifier.webhook_deliveries import Deliveries
from shared.contracts.api.webhooks import (
    DeliveryStatus,
    Replay,
    Replayed,
    RotateSecret,
    TryView,
    WebhookCreate,
    WebhookDeliveryDetails,
    WebhookDeliveryList,
    WebhookDeliveryView,
    WebhookList,
    WebhookPatch,
    WebhookView,
    WebhookWithSecret,
)
from shared.cursors import cursor_of, place_of
from shared.internal import Caller, caller, require_caller
from shared.problem import NotFound

Who = Annotated[Caller, Depends(caller)]
IfMatch = Annotated[str | None, Header()]


def build_webhooks_router(edit: EditWebhooks, deliveries: Deliveries, api_tokens: str) -> APIRouter:
    """Administrators only."""
    router = APIRouter(prefix="/internal/webhooks", dependencies=[Depends(require_caller(api_tokens))])

    @router.get("")
    async def list_webhooks(who: Who) -> WebhookList:
        return WebhookList(items=[view(one) for one in await edit.all(who)])

    @router.post("", status_code=201)
    async def make_webhook(asked: WebhookCreate, who: Who) -> WebhookWithSecret:
        return with_secret(*await edit.make(who, asked))

    @router.get("/{webhook_id}")
    async def show_webhook(webhook_id: str, who: Who) -> WebhookView:
        return view(await edit.find(who, webhook_id))

    @router.patch("/{webhook_id}")
    async def change_webhook(webhook_id: str, patch: WebhookPatch, who: Who, if_match: IfMatch = None) -> WebhookView:
        return view(await edit.change(who, webhook_id, patch, if_match))

    @router.delete("/{webhook_id}")
    async def remove_webhook(webhook_id: str, who: Who, if_match: IfMatch = None) -> WebhookView:
        return view(await edit.remove(who, webhook_id, if_match))

    @router.post("/{webhook_id}/rotate-secret")
    async def rotate_secret(
        webhook_id: str, asked: RotateSecret, who: Who, if_match: IfMatch = None
    ) -> WebhookWithSecret:
        return with_secret(*await edit.rotate(who, webhook_id, asked, if_match))

    @router.post("/{webhook_id}/replay", status_code=202)
    async def replay(webhook_id: str, asked: Replay, who: Who) -> Replayed:
        return Replayed(count=await edit.replay(who, webhook_id, asked))

    @router.get("/{webhook_id}/deliveries")
    async def list_deliveries(
        webhook_id: str,
        who: Who,
        status: DeliveryStatus | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: str | None = None,
    ) -> WebhookDeliveryList:
        await edit.find(who, webhook_id)
        found = await deliveries.page(
            webhook_id, limit=limit + 1, status=status, before=place_of(cursor) if cursor else None
        )
        return _listed(found[:limit], more=len(found) > limit)

    @router.get("/{webhook_id}/deliveries/{delivery_id}")
    async def show_delivery(webhook_id: str, delivery_id: str, who: Who) -> WebhookDeliveryDetails:
        await edit.find(who, webhook_id)
        found = await deliveries.find(webhook_id, delivery_id)
        if found is None:
            raise NotFound()
        delivery, body = found
        return WebhookDeliveryDetails(**delivery_view(delivery).model_dump(), payload=orjson.loads(body))

    @router.post("/{webhook_id}/deliveries/{delivery_id}/retry", status_code=202)
    async def retry_delivery(webhook_id: str, delivery_id: str, who: Who) -> WebhookDeliveryView:
        return delivery_view(await edit.retry(who, webhook_id, delivery_id))

    return router


def view(endpoint: Endpoint) -> WebhookView:
    return WebhookView(
        id=endpoint.endpoint_id,
        version=endpoint.version,
        url=endpoint.url,
        events=list(endpoint.events),
        description=endpoint.description,
        enabled=endpoint.enabled,
        disabled_for=endpoint.disabled_for,
        disabled_at=endpoint.disabled_at,
        failing_since=endpoint.failing_since,
        old_secret_until=endpoint.old_until if endpoint.old_secret else None,
        created_at=endpoint.created_at,
        created_by=endpoint.created_by,
    )


def with_secret(endpoint: Endpoint, secret: str) -> WebhookWithSecret:
    return WebhookWithSecret(**view(endpoint).model_dump(), secret=secret)


def delivery_view(delivery: Delivery) -> WebhookDeliveryView:
    return WebhookDeliveryView(
        id=delivery.delivery_id,
        webhook_id=delivery.endpoint_id,
        event_id=delivery.event_id,
        event=delivery.event,
        subject=delivery.subject,
        occurred_at=delivery.occurred_at,
        created_at=delivery.created_at,
        status=delivery.status,
        tries=delivery.tries,
        next_try_at=delivery.due_at,
        log=[_try_view(one) for one in delivery.log],
    )


def _try_view(tried: Try) -> TryView:
    return TryView(at=tried.at, duration_ms=tried.took_ms, status_code=tried.status, error=tried.error, body=tried.body)


def _listed(found: Sequence[Delivery], *, more: bool) -> WebhookDeliveryList:
    cursor = cursor_of(found[-1].created_at.isoformat(), found[-1].delivery_id) if more else None
    return WebhookDeliveryList(items=[delivery_view(one) for one in found], next_cursor=cursor)
