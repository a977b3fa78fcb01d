"""Retry or park: what the broker does with a message whose handler failed. The only publisher beside the relay.

A failed message is published to the next rung (or the parking queue) with a confirm and then acknowledged; a crash in
between makes a duplicate, which consumers absorb. ``reject`` is used, never ``nack``: RabbitMQ 4.3 does not count
nacks.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import aio_pika
import structlog
from faststream import BaseMiddleware
from faststream.exceptions import HandlerException, RejectMessage
from faststream.rabbit import RabbitBroker

from shared import clock
from shared.ids import new_id
from shared.messaging.outcome import Outcome, outcome_of
from shared.messaging.topology import LADDER, Rung, parking_exchange, parking_name
from shared.observability import metrics
from shared.observability.errors import brief

log = structlog.get_logger(__name__)
_PUBLISH_SECONDS = 10
PARKED_AT = "x-parked-at"
_BROKER_HEADERS = ("x-death", "x-first-death", "x-last-death", "x-delivery-count", "x-acquired-count")


def copy_of(raw: Any, **headers: Any) -> aio_pika.Message:
    """The same message with our own headers: brokers disagree on what ``x-death`` of a client means.

    The AMQP message id is new: aiormq matches returned messages by it, the event's identity is in the envelope.
    """
    kept = {name: value for name, value in raw.headers.items() if not name.startswith(_BROKER_HEADERS)}
    return aio_pika.Message(
        raw.body,
        headers=kept | headers,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        content_type=raw.content_type,
        message_id=new_id("msg"),
        type=raw.type,
        app_id=raw.app_id,
    )


class RetryOrPark(BaseMiddleware[Any, Any]):
    """Comes right after ``BoundIds``: it runs after the others saw the error and before the acknowledgement."""

    ladder: Sequence[Rung] = LADDER

    async def after_processed(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> bool | None:
        if not isinstance(exc_val, Exception) or isinstance(exc_val, HandlerException):
            return False
        queue = self.context.get("handler_").queue.name
        attempt = int(self.msg.headers.get("x-attempt", 1))
        outcome = outcome_of(exc_val, attempt=attempt, rungs=len(self.ladder))
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                await self._send(outcome, queue, attempt, exc_val)
        except Exception as publish_error:
            log.warning("message.requeued", queue=queue, error=brief(publish_error))
            raise RejectMessage(requeue=True) from exc_val
        metrics.record_message(queue, outcome)
        report = log.error if outcome is Outcome.PARK else log.warning
        report("message.failed", queue=queue, outcome=outcome, attempt=attempt, error=brief(exc_val))
        return True

    async def _send(self, outcome: Outcome, queue: str, attempt: int, error: Exception) -> None:
        broker: RabbitBroker = self.context.get("broker")
        notes = {"x-error": brief(error), "x-home-queue": queue}
        if outcome is Outcome.PARK:
            await broker.publish(
                copy_of(self.msg, **notes, **{"x-attempt": attempt, PARKED_AT: clock.real_now().isoformat()}),
                exchange=parking_exchange(queue),
                routing_key=parking_name(queue),
                mandatory=True,
            )
            return
        rung = self.ladder[attempt - 1]
        await broker.publish(
            copy_of(self.msg, **notes, **{"x-attempt": attempt + 1}),
            exchange=rung.exchange,
            routing_key=queue,
            mandatory=True,
        )
