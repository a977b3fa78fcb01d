"""Webhooks (X1): administrators say where events go, see what came back, and send again. Notifier owns them; what it
answers goes on as it is.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.gateway.edge.cursors import AtMost, Cursor, page_of
from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.identity import Admin
from services.gateway.parts import parts_of
from services.gateway.providers.notifier import Notifier
from shared.contracts.api.webhooks import (
    DeliveryStatus,
    Replay,
    Replayed,
    RotateSecret,
    WebhookCreate,
    WebhookDeliveryDetails,
    WebhookDeliveryList,
    WebhookDeliveryView,
    WebhookList,
    WebhookPatch,
    WebhookView,
    WebhookWithSecret,
)

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


def _notifier(request: Request) -> Notifier:
    return parts_of(request).backends.notifier


@router.get("")
async def list_webhooks(request: Request, me: Admin, limit: AtMost = None, cursor: Cursor = None) -> WebhookList:
    """Administrators only, like all of these. There are at most 50."""
    known = (await _notifier(request).webhooks(me.caller())).read(WebhookList)
    items, more = page_of(known.items, lambda webhook: webhook.id, limit, cursor)
    return WebhookList(items=items, next_cursor=more)


@router.post("", status_code=201, response_model=WebhookWithSecret)
async def make_webhook(request: Request, asked: WebhookCreate, me: Admin, key: Key) -> Response:
    """The secret is shown here and never again. Signatures are those of Standard Webhooks. 422 ``webhook_url_refused``
    where the address cannot be reached over the Internet by https.
    """
    reply = await _notifier(request).make_webhook(me.caller(key), body_of(request))
    response = forward(reply)
    response.headers["Location"] = f"/api/v1/webhooks/{reply.json()['id']}"
    return response


@router.get("/{webhook_id}", response_model=WebhookView)
async def show_webhook(request: Request, webhook_id: str, me: Admin) -> Response:
    """Without its secret."""
    return forward(await _notifier(request).webhook("GET", me.caller(), webhook_id))


@router.patch("/{webhook_id}", response_model=WebhookView)
async def change_webhook(
    request: Request, webhook_id: str, patch: WebhookPatch, me: Admin, key: Key, if_match: IfMatch
) -> Response:
    """Enabling sends nothing by itself: replay what it missed."""
    body = body_of(request)
    return forward(await _notifier(request).webhook("PATCH", me.caller(key), webhook_id, body=body, if_match=if_match))


@router.delete("/{webhook_id}", response_model=WebhookView)
async def remove_webhook(request: Request, webhook_id: str, me: Admin, key: Key, if_match: IfMatch) -> Response:
    """With its log; the answer is as of then."""
    return forward(await _notifier(request).webhook("DELETE", me.caller(key), webhook_id, if_match=if_match))


@router.post("/{webhook_id}/rotate-secret", response_model=WebhookWithSecret)
async def rotate_webhook_secret(
    request: Request, webhook_id: str, asked: RotateSecret, me: Admin, key: Key, if_match: IfMatch
) -> Response:
    """The new secret is shown here and never again; the old one signs beside it for a while."""
    body = body_of(request)
    return forward(
        await _notifier(request).webhook(
            "POST", me.caller(key), webhook_id, "rotate-secret", body=body, if_match=if_match
        )
    )


@router.post("/{webhook_id}/replay", status_code=202, response_model=Replayed)
async def replay_webhook(request: Request, webhook_id: str, asked: Replay, me: Admin, key: Key) -> Response:
    """Sends again what failed or was missed, with the same ``webhook-id``; 409 ``webhook_disabled``."""
    body = body_of(request)
    return forward(await _notifier(request).webhook("POST", me.caller(key), webhook_id, "replay", body=body))


@router.get("/{webhook_id}/deliveries", response_model=WebhookDeliveryList)
async def list_webhook_deliveries(
    request: Request,
    webhook_id: str,
    me: Admin,
    status: DeliveryStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Of the last 14 days, the newest first."""
    narrowed = {"status": status.value if status else "", "cursor": cursor or ""}
    query = {"limit": str(limit), **{name: value for name, value in narrowed.items() if value}}
    return forward(
        await _notifier(request).webhook("GET", me.caller(), webhook_id, "deliveries", query=query), tagged=False
    )


@router.get("/{webhook_id}/deliveries/{delivery_id}", response_model=WebhookDeliveryDetails)
async def show_webhook_delivery(request: Request, webhook_id: str, delivery_id: str, me: Admin) -> Response:
    """With what was sent."""
    return forward(await _notifier(request).webhook("GET", me.caller(), webhook_id, "deliveries", delivery_id))


@router.post("/{webhook_id}/deliveries/{delivery_id}/retry", status_code=202, response_model=WebhookDeliveryView)
async def retry_webhook_delivery(request: Request, webhook_id: str, delivery_id: str, me: Admin, key: Key) -> Response:
    """Now, whatever became of it; 409 ``webhook_disabled``."""
    rest = ("deliveries", delivery_id, "retry")
    return forward(await _notifier(request).webhook("POST", me.caller(key), webhook_id, *rest))
