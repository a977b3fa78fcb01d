"""Sending webhooks: a worker takes an endpoint under its lease and sends what is due there, a few at a time, for one
turn. Whoever is slow keeps their own turn only (X1).

At least once: a crash after the request repeats it with the same ``webhook-id``.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.notifier.endpoints import Endpoints, endpoint_of
from services.notifier.model import signing
from services.notifier.model.webhooks import (
    GONE,
    OVERLOADED,
    PAUSE,
    Delivery,
    Endpoint,
    Try,
    ends_the_endpoint,
)
from services.notifier.providers.receivers import NoAnswer, Receivers
from services.notifier.usecases.tell_of_webhooks import TellOfWebhooks
from services.notifier.webhook_deliveries import Deliveries
from services.notifier.webhook_secrets import WebhookSafe
from shared import clock
from shared.contracts.api.webhooks import TryError, WhyDisabled
from shared.contracts.envelope import CONTENT_TYPE
from shared.due import Lease
from shared.observability import metrics

log = structlog.get_logger(__name__)
_AT_ONCE = 8
"""Requests to one endpoint side by side."""
_TURN = timedelta(seconds=20)
"""No request is begun after it; with one more time-out the lease still holds."""


@dataclass(frozen=True)
class Tried:
    """One delivery, before and after one try."""

    before: Delivery
    after: Delivery
    last: Try


class SendWebhooks:
    """``handle`` is the worker's; ``chance`` (0 to 1) spreads the tries after an outage."""

    def __init__(
        self,
        endpoints: Endpoints,
        deliveries: Deliveries,
        receivers: Receivers,
        safe: WebhookSafe,
        tell: TellOfWebhooks,
        *,
        turn: timedelta = _TURN,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._receivers = receivers
        self._safe = safe
        self._tell = tell
        self._turn = turn.total_seconds()
        self._chance = chance

    async def handle(self, lease: Lease) -> None:
        endpoint = endpoint_of(lease.row)
        over_at = time.monotonic() + self._turn
        while endpoint.enabled and not _rests(endpoint) and time.monotonic() < over_at:
            due = await self._deliveries.due(endpoint.endpoint_id, _AT_ONCE)
            if not due:
                break
            secrets = [self._safe.open(endpoint, text) for text in endpoint.secrets_at(clock.now())]
            tried = await asyncio.gather(*(self._try(endpoint, secrets, *one) for one in due))
            judged = judge(endpoint, tried)
            if judged != endpoint and not await self._endpoints.note(lease, judged):
                return  # an administrator changed it meanwhile: it is due and is looked at anew
            endpoint = judged
            if not any(one.last.succeeded for one in tried):
                break  # whoever hangs or is down keeps the others waiting no longer than for one answer
        await self._rest(lease, endpoint)

    async def _rest(self, lease: Lease, endpoint: Endpoint) -> None:
        """The mail is filed before the row rests, so that a crash between repeats both."""
        if not endpoint.enabled:
            await self._deliveries.miss(endpoint.endpoint_id)
            await self._tell.disabled(endpoint)
            await self._endpoints.rest(lease, None)
            return
        next_due, now = await self._deliveries.next_due(endpoint.endpoint_id), clock.now()
        look_at = max(next_due, endpoint.paused_until or now, now) if next_due else None
        await self._endpoints.rest(lease, look_at)  # not before now: an old backlog goes before nobody

    async def _try(self, endpoint: Endpoint, secrets: Sequence[str], delivery: Delivery, body: bytes) -> Tried:
        at, began = clock.now(), time.monotonic()
        headers = signing.headers(secrets, delivery.event_id, clock.real_now(), body)
        try:
            answer = await self._receivers.post(endpoint.url, body, {"content-type": CONTENT_TYPE, **headers})
        except NoAnswer as failed:
            tried = Try(at=at, took_ms=_since(began), error=failed.error)
        else:
            tried = Try(
                at=at,
                took_ms=_since(began),
                status=answer.status,
                error=None if 200 <= answer.status < 300 else TryError.STATUS,
                body=answer.body,
                retry_after=answer.retry_after if answer.status in OVERLOADED else None,
            )
        after = delivery.after(tried, jitter=self._chance())
        await self._deliveries.note(delivery, after)
        metrics.record_webhook("delivered" if tried.succeeded else str(tried.error))
        return Tried(delivery, after, tried)


def judge(endpoint: Endpoint, tried: Sequence[Tried]) -> Endpoint:
    """How the endpoint fares after these tries."""
    failed = [one for one in tried if not one.last.succeeded]
    changes: dict[str, object] = {"paused_until": None}
    if len(failed) < len(tried):
        changes["failing_since"] = None
    elif endpoint.failing_since is None:
        changes["failing_since"] = min(one.last.at for one in failed)
    overloaded = [one.last for one in failed if one.last.status in OVERLOADED]
    if overloaded:
        changes["paused_until"] = max(last.at + (last.retry_after or PAUSE) for last in overloaded)
    judged = endpoint.model_copy(update=changes)
    gone = next((one.last for one in failed if one.last.status == GONE), None)
    if gone:
        return _disabled(judged, WhyDisabled.GONE, gone)
    given_up = next((one for one in failed if ends_the_endpoint(judged, one.after)), None)
    return _disabled(judged, WhyDisabled.FAILING, given_up.last) if given_up else judged


def _disabled(endpoint: Endpoint, why: WhyDisabled, last: Try) -> Endpoint:
    log.warning("webhook.disabled", endpoint_id=endpoint.endpoint_id, why=why, problem=last.problem)
    return endpoint.disabled(why, clock.now(), last.problem)


def _rests(endpoint: Endpoint) -> bool:
    return endpoint.paused_until is not None and clock.now() < endpoint.paused_until


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
