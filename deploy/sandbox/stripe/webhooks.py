"""Stripe's events: kept, and posted to the endpoint with ``Stripe-Signature`` over the exact bytes. What is not
answered with 2xx comes again, here after seconds where Stripe takes up to three days. No order is promised.
"""

import asyncio
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from deploy.sandbox.callbacks import Callback
from deploy.sandbox.stripe.model import Book, Json, new_id
from deploy.sandbox.stripe.views import seconds
from deploy.sandbox.world import World
from shared import clock

API_VERSION = "2025-09-30.clover"
_ANSWER_WITHIN_S = 20.0


@dataclass
class Delivery:
    """One request and its answer; None where there was none in time."""

    at: datetime
    event: str
    type: str
    status: int | None


@dataclass
class Endpoint:
    """Where events go. ``events``: which, all where empty; ``copies``: how often each comes; ``delay_s``: how late."""

    url: str = ""
    secret: str = ""
    events: frozenset[str] = frozenset()
    copies: int = 1
    delay_s: float = 0.0
    retry_after_s: tuple[float, ...] = (2.0, 10.0, 60.0, 300.0, 3600.0)
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=500))


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The header ``Stripe-Signature``."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={signed}"


class Webhooks:
    """Says what happened, in the background."""

    def __init__(self, world: World) -> None:
        self._callbacks = world.callbacks
        self._book = world.state(Book)
        self._endpoint = world.state(Endpoint)

    def say(self, kind: str, thing: Json, *, notify: bool = True) -> None:
        event: Json = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": seconds(clock.now()),
            "data": {"object": thing},
            "livemode": False,
            "pending_webhooks": 1 if self._endpoint.url else 0,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self._book.events[str(event["id"])] = event
        if notify:
            self.send(event)

    def send(self, event: Json) -> None:
        endpoint = self._endpoint
        if not endpoint.url or (endpoint.events and event["type"] not in endpoint.events):
            return
        for _ in range(endpoint.copies):
            self._callbacks.spawn(self._deliver(event, orjson.dumps(event)))

    async def _deliver(self, event: Json, body: bytes) -> None:
        for wait in (self._endpoint.delay_s, *self._endpoint.retry_after_s):
            await asyncio.sleep(wait)
            if await self._post(event, body):
                return

    async def _post(self, event: Json, body: bytes) -> bool:
        endpoint, now = self._endpoint, clock.now()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "stripe-signature": signature(endpoint.secret, int(now.timestamp()), body),
        }
        answer = await self._callbacks.send(Callback(endpoint.url, headers, body), _ANSWER_WITHIN_S)
        status = None if answer is None else answer.status_code
        endpoint.deliveries.append(Delivery(now, str(event["id"]), str(event["type"]), status))
        return status is not None and 200 <= status < 300


def subscribe_as_configured(world: World) -> None:
    """The endpoint of the settings, where they name one; else what ``/inspect`` set stays."""
    settings = world.settings
    if settings.stripe_webhook_url:
        endpoint = world.state(Endpoint)
        endpoint.url, endpoint.secret = settings.stripe_webhook_url, settings.stripe_webhook_secret
        endpoint.events = frozenset(settings.stripe_webhook_events.replace(",", " ").split())
