"""The app's event subscription as Zoom serves it (facts 1.6): events signed over their exact bytes, an address that is
validated before the first event and every 72 hours, retries after 5, 20 and 60 minutes, now and then one twice.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from deploy.sandbox.callbacks import Callback
from deploy.sandbox.world import World
from shared import clock

Json = dict[str, object]
_VALID_FOR = timedelta(hours=72)
_ANSWER_WITHIN_S = 3.0
_VALIDATION = "endpoint.url_validation"


@dataclass
class Delivery:
    """One request and its answer; None where there was none in time."""

    at: datetime
    event: str
    status: int | None


@dataclass
class Subscription:
    """Where events go. ``events``: which, all where empty; ``copies``: how often each comes."""

    url: str = ""
    secret: str = ""
    events: frozenset[str] = frozenset()
    copies: int = 1
    retry_after_s: tuple[float, ...] = (300.0, 1200.0, 3600.0)
    validated_at: datetime | None = None
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=500))
    last: bytes = b""

    def wants(self, event: str) -> bool:
        return bool(self.url) and (not self.events or event in self.events)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """As ``x-zm-signature`` carries it."""
    return f"v0={_hmac(secret, b'v0:' + timestamp.encode() + b':' + body)}"


class Webhooks:
    """Sends events in the background; ``operator`` and all else in them is the caller's to say."""

    def __init__(self, world: World) -> None:
        self._callbacks = world.callbacks
        self._subscription = world.state(Subscription)

    def subscribe(self, url: str, secret: str, events: frozenset[str] = frozenset()) -> None:
        """Another address has to be validated first."""
        subscription = self._subscription
        if (url, secret) != (subscription.url, subscription.secret):
            subscription.validated_at = None
        subscription.url, subscription.secret, subscription.events = url, secret, events

    def send(self, event: str, payload: Json) -> None:
        subscription = self._subscription
        if not subscription.wants(event):
            return
        moment = int(clock.now().timestamp() * 1000)
        self._spawn(orjson.dumps({"event": event, "event_ts": moment, "payload": payload}), event)

    def repeat(self) -> None:
        """The newest event comes once more."""
        if self._subscription.last:
            self._callbacks.spawn(self._deliver(self._subscription.last, "repeated"))

    async def validate(self) -> bool:
        """The handshake: the address must encrypt a token with the secret that it shares with Zoom."""
        subscription = self._subscription
        plain = secrets.token_urlsafe(16)
        body = orjson.dumps(
            {
                "event": _VALIDATION,
                "event_ts": int(clock.now().timestamp() * 1000),
                "payload": {"plainToken": plain},
            }
        )
        answer = await self._post(body, _VALIDATION)
        right = {"plainToken": plain, "encryptedToken": _hmac(subscription.secret, plain.encode())}
        try:
            valid = answer is not None and answer[0] == 200 and orjson.loads(answer[1]) == right
        except orjson.JSONDecodeError:
            valid = False
        subscription.validated_at = clock.now() if valid else None
        return valid

    def _spawn(self, body: bytes, event: str) -> None:
        self._subscription.last = body
        for _ in range(self._subscription.copies):
            self._callbacks.spawn(self._deliver(body, event))

    async def _deliver(self, body: bytes, event: str) -> None:
        for wait in (0.0, *self._subscription.retry_after_s):
            await asyncio.sleep(wait)
            if not await self._is_valid():
                continue
            answer = await self._post(body, event)
            if answer is not None and answer[0] in (200, 204):
                return

    async def _is_valid(self) -> bool:
        validated_at = self._subscription.validated_at
        fresh = validated_at is not None and clock.now() - validated_at < _VALID_FOR
        return fresh or await self.validate()

    async def _post(self, body: bytes, event: str) -> tuple[int, bytes] | None:
        subscription, now = self._subscription, clock.now()
        timestamp = str(int(now.timestamp()))
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Zoom Marketplace/1.0a",
            "x-zm-request-timestamp": timestamp,
            "x-zm-signature": signature(subscription.secret, timestamp, body),
        }
        answer = await self._callbacks.send(Callback(subscription.url, headers, body), _ANSWER_WITHIN_S)
        subscription.deliveries.append(Delivery(now, event, answer.status_code if answer is not None else None))
        return None if answer is None else (answer.status_code, answer.content)


def subscribe_as_configured(world: World) -> None:
    """The subscription of the settings, where they name one; else what ``/inspect`` set stays."""
    settings = world.settings
    if settings.zoom_webhook_url:
        events = frozenset(settings.zoom_webhook_events.replace(",", " ").split())
        Webhooks(world).subscribe(settings.zoom_webhook_url, settings.zoom_webhook_secret, events)


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
