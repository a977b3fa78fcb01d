"""Errors of the other services and of the database as problem answers; a browser that asks for a page gets one."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.gateway.identity import SignInNeeded, to_sign_in
from services.gateway.providers.backend import BackendProblem, Unavailable
from shared.mongo import PyMongoError
from shared.problem import (
    MEDIA_TYPE,
    TITLES,
    Language,
    Problem,
    language_of,
    problem_body,
    refusal,
)

log = structlog.get_logger(__name__)
RenderProblem = Callable[[Request, int, Mapping[str, Any]], Response]
_BY_STATUS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}


class _OfHttp(Problem):
    """What the framework itself refuses."""

    def __init__(self, error: HTTPException) -> None:
        super().__init__(headers=error.headers)
        self.http_status = error.status_code

    def body(self, language: Language) -> dict[str, Any]:
        title = TITLES.get(self.http_status, TITLES[400])[0 if language == "ja" else 1]
        code = _BY_STATUS.get(self.http_status, f"http_{self.http_status}")
        return problem_body(self.http_status, code, title, language)


class ErrorAnswers:
    """``render`` makes the page of an error."""

    def __init__(self, render: RenderProblem | None) -> None:
        self._render = render

    def answer(self, request: Request, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
        """The problem document, or its page."""
        status = int(body["status"])
        if self._render and not request.url.path.startswith("/api/") and _wants_page(request):
            page = self._render(request, status, body)
            page.headers.update(headers or {})
            return page
        return JSONResponse(dict(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)

    def of_problem(self, request: Request, problem: Problem) -> Response:
        return self.answer(request, problem.body(_language(request)), problem.headers)


def install(app: FastAPI) -> None:
    """In place of the handlers of ``shared.problem`` where a page may be wanted, beside them elsewhere."""
    answers = ErrorAnswers(_renderer())

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return answers.of_problem(request, problem)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        return answers.of_problem(request, _OfHttp(error))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        return answers.of_problem(request, refusal(error, _language(request)))

    @app.exception_handler(BackendProblem)
    async def on_backend_problem(request: Request, problem: BackendProblem) -> Response:
        headers = {"Retry-After": problem.retry_after} if problem.retry_after else None
        return answers.answer(request, {**problem.body, "status": problem.status}, headers)

    @app.exception_handler(PyMongoError)
    async def on_database_away(request: Request, error: PyMongoError) -> Response:
        log.warning("database.failed", error=repr(error)[:200])
        return answers.of_problem(request, Unavailable())

    @app.exception_handler(SignInNeeded)
    async def on_sign_in_needed(_request: Request, needed: SignInNeeded) -> Response:
        return to_sign_in(needed)


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _renderer() -> RenderProblem | None:
    """The pages are a package of their own."""
    if find_spec("services.gateway.pages.errors") is None:
        return None
    from services.gateway.pages.errors import render_problem

    return render_problem
