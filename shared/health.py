"""``/healthz`` (the process answers), ``/startedz`` (it has come up and takes requests), ``/readyz`` (what it needs
answers), ``/metrics`` (Prometheus).

Who sends requests asks ``/startedz``: a service whose broker is away goes on taking them (G27).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.observability import metrics
from shared.zone_rules import version_in_use

Check = Callable[[], Awaitable[bool]]
_CHECK_SECONDS = 3


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except Exception:
        return False


async def measure(checks: Mapping[str, Check]) -> None:
    """The same as ``/readyz``, for alerts."""
    results = await asyncio.gather(*(_passes(check) for check in checks.values()))
    for name, passed in zip(checks, results, strict=True):
        metrics.record_check(name, passes=passed)


def build_router(name: str, checks: Mapping[str, Check], started_at: datetime) -> APIRouter:
    """``checks`` are run side by side, each at most 3 s; ``started`` is among them."""
    router = APIRouter(tags=["health"], include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        return {"status": "ok", "service": name, "started_at": started_at, "tzdata": version_in_use()}

    @router.get("/startedz")
    async def startedz() -> JSONResponse:
        started = await _passes(checks["started"])
        return JSONResponse({"status": "started" if started else "starting"}, status_code=200 if started else 503)

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        results = await asyncio.gather(*(_passes(check) for check in checks.values()))
        states = dict(zip(checks, ("ok" if passed else "failing" for passed in results), strict=True))
        ready = all(results)
        return JSONResponse(
            {"status": "ready" if ready else "not_ready", "checks": states}, status_code=200 if ready else 503
        )

    @router.get("/metrics")
    async def read_metrics() -> Response:
        return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router
