"""One call to another service: its answer, its problem, or that it does not answer."""

from collections.abc import Mapping
from typing import Any, Self, TypeVar

import orjson
import structlog
from httpx import AsyncClient
from pydantic import BaseModel, ValidationError

from services.gateway.providers.answers import HookAnswer
from services.gateway.providers.caller import GuestCaller, headers_of
from shared.http import ConnectTimeout, HTTPError, Response, TimeoutException
from shared.internal import REQUEST_ID, Caller
from shared.problem import FieldError, Language, Problem

log = structlog.get_logger(__name__)
ModelT = TypeVar("ModelT", bound=BaseModel)
_RETRY_AFTER = "5"
Query = Mapping[str, str]


class Unavailable(Problem):
    """A service or the database does not answer; nothing can be said about what was asked."""

    code, status = "unavailable", 503
    ja = "ただいま処理できません。しばらくしてからもう一度お試しください。"
    en = "This cannot be processed right now. Please try again in a moment."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": _RETRY_AFTER})


class BackendProblem(Exception):
    """A service refused, in words for the reader, or does not answer (503 ``unavailable``)."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: str | None = None) -> None:
        self.status = status
        self.body = body
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}")

    @classmethod
    def unavailable(cls, language: Language) -> Self:
        return cls(503, Unavailable().body(language), _RETRY_AFTER)

    @property
    def code(self) -> str:
        return str(self.body.get("code", "problem"))

    @property
    def detail(self) -> str:
        """In the caller's language."""
        return str(self.body.get("detail", ""))

    @property
    def errors(self) -> list[FieldError]:
        return list(self.body.get("errors", ()))


class NoAnswer(BackendProblem):
    """None came; ``late`` where it was asked for longer than anybody waits."""

    late = False

    @classmethod
    def of(cls, language: Language, *, late: bool) -> Self:
        problem = cls.unavailable(language)
        problem.late = late
        return problem


class Reply:
    """An answer below 400; handed on as it is, read only where something has to be known. ``backend`` gave it to who
    reads ``language``.
    """

    def __init__(self, response: Response, *, backend: str = "", language: Language = "ja") -> None:
        self._backend = backend
        self._language = language
        self.status = response.status_code
        self.content = response.content
        self.media_type = response.headers.get("content-type", "application/json")

    def json(self) -> Any:
        """Raises ``BackendProblem`` where it is none."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError as error:
            raise self._unreadable("json", 1) from error

    def read(self, model: type[ModelT]) -> ModelT:
        """Raises ``BackendProblem`` where it is none."""
        try:
            return model.model_validate_json(self.content)
        except ValidationError as error:
            raise self._unreadable(model.__name__, error.error_count()) from error

    def _unreadable(self, model: str, errors: int) -> BackendProblem:
        log.error("backend.answer_unreadable", backend=self._backend, model=model, errors=errors)
        return BackendProblem.unavailable(self._language)

    @property
    def etag(self) -> str | None:
        """Of a resource that carries ``version``."""
        if not self.media_type.startswith("application/json"):
            return None
        body = self.json()
        version = body.get("version") if isinstance(body, dict) else None
        return f'"r{version}"' if isinstance(version, int) else None


class Backend:
    """Another service. Time-outs and lost connections are 503: whoever asks may ask again."""

    def __init__(self, name: str, client: AsyncClient) -> None:
        self.name = name
        self._client = client

    async def call(
        self,
        method: str,
        path: str,
        caller: Caller | GuestCaller,
        *,
        query: Query | None = None,
        body: bytes | None = None,
        if_match: str | None = None,
    ) -> Reply:
        """Raises ``BackendProblem``."""
        headers = headers_of(caller)
        if body:
            headers["content-type"] = "application/json"
        if if_match:
            headers["if-match"] = if_match
        response = await self.send(method, path, caller.language, query=query, body=body, headers=headers)
        if response.status_code >= 400:
            raise self._problem(response, caller.language)
        return Reply(response, backend=self.name, language=caller.language)

    async def read(
        self,
        model: type[ModelT],
        method: str,
        path: str,
        caller: Caller,
        *,
        query: Query | None = None,
        body: Any = None,
    ) -> ModelT:
        """``call`` whose answer must be a ``model``; raises ``BackendProblem``, also where it is not."""
        reply = await self.call(method, path, caller, query=query, body=None if body is None else orjson.dumps(body))
        return reply.read(model)

    async def send(
        self,
        method: str,
        path: str,
        language: Language,
        *,
        query: Query | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Raises ``NoAnswer``."""
        try:
            return await self._client.request(method, path, params=query, content=body or None, headers=headers)
        except HTTPError as error:
            log.warning("backend.unreachable", backend=self.name, error=type(error).__name__)
            late = isinstance(error, TimeoutException) and not isinstance(error, ConnectTimeout)
            raise NoAnswer.of(language, late=late) from error

    async def notification(
        self,
        provider: str,
        *,
        headers: Mapping[str, str],
        body: str,
        query: Mapping[str, str],
        request_id: str,
    ) -> HookAnswer:
        """A provider's notification as it came; the service verifies it."""
        handed = orjson.dumps({"headers": dict(headers), "body": body, "query": dict(query)})
        path = f"/internal/notifications/{provider}"
        sent = {"content-type": "application/json", REQUEST_ID: request_id}
        response = await self.send("POST", path, "en", body=handed, headers=sent)
        if response.status_code != 200:
            raise BackendProblem.unavailable("en")
        return HookAnswer.model_validate_json(response.content)

    async def is_alive(self) -> bool:
        try:
            return (await self._client.get("/healthz", timeout=2)).status_code == 200
        except HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()

    def _problem(self, response: Response, language: Language) -> BackendProblem:
        """What the service said, unless it says more about us than about the request."""
        try:
            body = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            body = None
        readable = isinstance(body, dict) and "code" in body
        if not readable or response.status_code in (401, 500):
            log.error("backend.failed", backend=self.name, status=response.status_code)
            return BackendProblem.unavailable(language)
        return BackendProblem(response.status_code, body, response.headers.get("retry-after"))
