"""What each service tells of itself and does on an operator's word (X7); the gateway is asked in the same way, within
this process.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog
from httpx import ASGITransport
from pydantic import BaseModel

from services.gateway.providers.backend import Backend, BackendProblem, NoAnswer, Query
from services.gateway.subscribers import SERVICE
from shared import http
from shared.contracts.api.operations import Silence
from shared.internal import Caller
from shared.operations.operate import Operate
from shared.operations.routes import within
from shared.problem import NotFound

log = structlog.get_logger(__name__)
ModelT = TypeVar("ModelT", bound=BaseModel)
OPERATIONS = "/internal/operations"
RECONCILE = "/internal/reconcile"
_PATIENCE = timedelta(seconds=6)
"""For one that is asked beside others: whoever hangs is shown as such."""
_WALKING = timedelta(seconds=35)
"""Longer than a service walks through its parked messages."""
_ID = re.compile(r"[A-Za-z0-9_=-]{1,800}")


def own_backend(operate: Operate) -> Backend:
    """This very service, asked like the others."""
    transport = ASGITransport(app=within(operate))
    return Backend(SERVICE, http.internal_client("http://gateway", "", timeout=_WALKING, transport=transport))


class Services:
    """All six, by name, in the order in which they are shown."""

    def __init__(self, backends: Sequence[Backend]) -> None:
        self._backends = {backend.name: backend for backend in backends}

    @property
    def names(self) -> list[str]:
        return list(self._backends)

    async def ask_all(
        self,
        model: type[ModelT],
        method: str,
        path: str,
        caller: Caller,
        *,
        only: str = "",
        queries: Mapping[str, Query] | None = None,
        body: object = None,
    ) -> dict[str, ModelT | Silence]:
        """Side by side; of whoever does not answer, why. ``only`` narrows to one service."""
        asked = [name for name in self._backends if only in ("", name)]
        answers = await asyncio.gather(
            *(self._ask(name, model, method, path, caller, (queries or {}).get(name), body) for name in asked)
        )
        return dict(zip(asked, answers, strict=True))

    async def _ask(
        self, name: str, model: type[ModelT], method: str, path: str, caller: Caller, query: Query | None, body: object
    ) -> ModelT | Silence:
        patience = _PATIENCE if method == "GET" else _WALKING
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await self._backends[name].read(model, method, path, caller, query=query, body=body)
        except NoAnswer as problem:
            return Silence.SLOW if problem.late else Silence.UNREACHABLE
        except BackendProblem as problem:
            if problem.status < 500:
                raise
            return Silence.FAILING
        except TimeoutError:
            log.warning("backend.hangs", backend=name)
            return Silence.SLOW

    async def ask(
        self,
        name: str,
        model: type[ModelT],
        method: str,
        kind: str,
        an_id: str,
        action: str,
        caller: Caller,
        body: object = None,
    ) -> ModelT:
        """Of one thing. Raises ``NotFound`` for what is no id of ours, so that none can lead elsewhere."""
        if name not in self._backends or not _ID.fullmatch(an_id):
            raise NotFound()
        path = f"{OPERATIONS}/{kind}/{an_id}/{action}"
        return await self._backends[name].read(model, method, path, caller, body=body)
