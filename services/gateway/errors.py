"""Errors of the other services and of the database as problem answers; people's browsers may get a page instead."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from services.gateway.identity import SignInNeeded, to_sign_in
from services.gateway.providers.backend import BackendProblem, Unavailable
from shared.mongo import PyMongoError
from shared.problem import MEDIA_TYPE, respond

log = structlog.get_logger(__name__)
RenderProblem = Callable[[Request, int, Mapping[str, Any]], Response]


def install(app: FastAPI) -> None:
    """Beside the handlers of ``shared.problem``."""

    @app.exception_handler(BackendProblem)
    async def on_backend_problem(request: Request, problem: BackendProblem) -> Response:
        headers = {"Retry-After": problem.retry_after} if problem.retry_after else None
        return JSONResponse(dict(problem.body), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)

    @app.exception_handler(PyMongoError)
    async def on_database_away(request: Request, error: PyMongoError) -> Response:
        log.warning("database.failed", error=repr(error)[:200])
        return respond(request, Unavailable())

    @app.exception_handler(SignInNeeded)
    async def on_sign_in_needed(request: Request, needed: SignInNeeded) -> Response:
        return to_sign_in(needed)
