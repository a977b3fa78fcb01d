"""Errors of the other services and of the database as problem answers; a browser that asks for a page gets one."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from services.gateway.identity import SignInNeeded, to_sign_in
from services.gateway.pages.errors import render_problem
from services.gateway.providers.backend import BackendProblem, Unavailable
from shared.mongo import PyMongoError
from shared.observability.errors import brief
from shared.problem import (
    MEDIA_TYPE,
    Language,
    Problem,
    framework_body,
    language_of,
    refusal,
)

log = structlog.get_logger(__name__)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def _answer(request: Request, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The problem document, or its page."""
    status = int(body["status"])
    if not request.url.path.startswith("/api/") and _wants_page(request):
        page = render_problem(request, status, body)
        page.headers.update(headers or {})
        return page
    return JSONResponse(dict(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _of_problem(request: Request, problem: Problem) -> Response:
    return _answer(request, problem.body(_language(request)), problem.headers)


def install(app: FastAPI) -> None:
    """In place of the handlers of ``shared.problem`` where a page may be wanted, beside them elsewhere."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return _of_problem(request, problem)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        headers = {"Allow": ", ".join(_methods_of(request))} if error.status_code == 405 else error.headers
        return _answer(request, framework_body(error, _language(request)), headers)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        return _of_problem(request, refusal(error, _language(request)))

    @app.exception_handler(BackendProblem)
    async def on_backend_problem(request: Request, problem: BackendProblem) -> Response:
        headers = {"Retry-After": problem.retry_after} if problem.retry_after else None
        return _answer(request, {**problem.body, "status": problem.status}, headers)

    @app.exception_handler(PyMongoError)
    async def on_database_away(request: Request, error: PyMongoError) -> Response:
        log.warning("database.failed", error=brief(error))
        return _of_problem(request, Unavailable())

    @app.exception_handler(SignInNeeded)
    async def on_sign_in_needed(_request: Request, needed: SignInNeeded) -> Response:
        return to_sign_in(needed)


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


def _methods_of(request: Request) -> list[str]:
    """All that this path takes; the framework names those of its first route only."""
    asked = {name: request.scope[name] for name in ("type", "path", "root_path", "headers")}
    routes = request.app.router.routes
    return [
        method
        for method in _METHODS
        if any(route.matches({**asked, "method": method})[0] is Match.FULL for route in routes)
    ]


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
