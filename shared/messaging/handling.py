"""Around every handler: the event's ids stand in all log lines written meanwhile, how long it was under way is
measured, and no handler runs for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Token
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

import orjson
import structlog
from faststream import BaseMiddleware

from shared import clock
from shared.observability import metrics

_IDS = {"event_id": "id", "event_type": "type", "subject": "subject", "organization_id": "organizationid"}


def ids_of(body: bytes) -> dict[str, str]:
    """What identifies the event in logs; nothing where the body is no CloudEvent."""
    return _ids(envelope_of(body))


def envelope_of(body: bytes) -> Mapping[str, Any]:
    """What a message says beside its payload; nothing where it cannot be read."""
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return envelope if isinstance(envelope, dict) else {}


def _ids(envelope: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(envelope[member])[:100] for name, member in _IDS.items() if member in envelope}


def age_of(envelope: Mapping[str, Any]) -> timedelta | None:
    """Since the event; None where it does not say when it was."""
    try:
        at = datetime.fromisoformat(str(envelope.get("time")))
    except ValueError:
        return None
    return clock.now() - at if at.tzinfo else None


class BoundIds(BaseMiddleware[Any, Any]):
    """The first of the broker's middlewares, so that what decides on a failure still has the ids."""

    _bound: Mapping[str, Token[Any]]

    async def on_receive(self) -> None:
        envelope = envelope_of(self.msg.body)
        self._bound = structlog.contextvars.bind_contextvars(**_ids(envelope))
        age = age_of(envelope)
        if age is not None and not self.msg.redelivered and "x-attempt" not in self.msg.headers:
            metrics.record_heard(self.context.get("handler_").queue.name, age)

    async def after_processed(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> bool | None:
        structlog.contextvars.reset_contextvars(**self._bound)
        return False


class Limited(BaseMiddleware[Any, Any]):
    """The last of them, so that the others see the ``TimeoutError``; the message is tried again."""

    limit = timedelta(seconds=60)
    """Far below the broker's own limit of 30 minutes, which would cut the whole connection."""

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        async with asyncio.timeout(self.limit.total_seconds()):
            return await call_next(msg)
