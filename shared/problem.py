"""RFC 9457 problem answers in the reader's language. Services declare subclasses of ``Problem`` beside the code
that raises them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NotRequired, TypedDict

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.wording import Language as Language

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


class FieldError(TypedDict):
    """``pointer`` is an RFC 6901 pointer into the request body, or ``?name`` for a query parameter. In a text of
    several lines ``line`` and ``column`` say where, from 1; ``suggestion`` is what was probably meant.
    """

    pointer: str
    detail: str
    line: NotRequired[int]
    column: NotRequired[int]
    suggestion: NotRequired[str]


class Problem(Exception):
    """An error that a caller may see. ``code`` is stable; ``ja`` and ``en`` are filled with the arguments."""

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    ja: ClassVar[str] = "要求を処理できませんでした。"
    en: ClassVar[str] = "The request could not be processed."
    pointer: ClassVar[str | None] = None

    def __init__(
        self,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        self.values = values
        self.errors = list(errors)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        super().__init__(self.detail("en"))

    def detail(self, language: Language) -> str:
        return (self.ja if language == "ja" else self.en).format(**self.values)

    def body(self, language: Language) -> dict[str, Any]:
        detail = self.detail(language)
        errors = self.errors or ([{"pointer": self.pointer, "detail": detail}] if self.pointer else [])
        return problem_body(self.status, self.code, detail, language, errors=errors, extra=self.extra)


class NotFound(Problem):
    code, status = "not_found", 404
    ja, en = "見つかりませんでした。", "Not found."


class Unauthorized(Problem):
    code, status = "unauthorized", 401
    ja, en = "サインインしてください。", "Please sign in."


class Forbidden(Problem):
    code, status = "forbidden", 403
    ja, en = "この操作を行う権限がありません。", "You may not do this."


class VersionMismatch(Problem):
    code, status = "version_mismatch", 412
    ja = "ほかの人が先に変更しました。最新の内容を読み込んでください。"
    en = "Somebody else changed this first. Please load the current version."


class InvalidInput(Problem):
    """One or more fields are wrong; ``errors`` says which."""

    code, status = "invalid", 422
    ja, en = "入力内容に誤りがあります。", "The input is not valid."


class BadJson(Problem):
    code, status = "bad_json", 400
    ja, en = "JSONとして読み取れません。", "The body is not JSON."


class Unavailable(Problem):
    """Something behind the service does not answer for the moment; nothing is known to be wrong with the request."""

    code, status = "unavailable", 503
    ja = "一時的に利用できません。少し待ってからもう一度お試しください。"
    en = "Not available at the moment. Please try again shortly."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})


TITLES: Mapping[int, tuple[str, str]] = {
    400: ("不正な要求", "Bad request"),
    401: ("サインインが必要です", "Sign-in required"),
    403: ("権限がありません", "Forbidden"),
    404: ("見つかりません", "Not found"),
    405: ("使えないメソッドです", "Method not allowed"),
    408: ("時間がかかりすぎました", "Request timeout"),
    409: ("競合しました", "Conflict"),
    410: ("終了しました", "Gone"),
    412: ("変更が競合しました", "Precondition failed"),
    413: ("大きすぎます", "Too large"),
    415: ("形式が違います", "Unsupported media type"),
    422: ("入力エラー", "Invalid input"),
    429: ("回数が多すぎます", "Too many requests"),
    500: ("内部エラー", "Internal error"),
    502: ("接続先のエラー", "Bad gateway"),
    503: ("一時的に利用できません", "Temporarily unavailable"),
}


def language_of(accept_language: str | None, default: Language = "ja") -> Language:
    """The first of ``ja`` and ``en`` by the header's weights (RFC 9110, 12.5.4); ``default`` when neither is named."""
    best: tuple[float, Language] | None = None
    for part in (accept_language or "").split(","):
        tag, _, weight = "".join(part.split()).lower().partition(";q=")
        primary = tag.split("-")[0]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if primary in ("ja", "en") and quality > 0 and (best is None or quality > best[0]):
            best = (quality, "ja" if primary == "ja" else "en")
    return best[1] if best else default


def problem_body(
    status: int,
    code: str,
    detail: str,
    language: Language,
    *,
    errors: Sequence[FieldError] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    japanese, english = TITLES.get(status, TITLES[400])
    body: dict[str, Any] = {
        "type": f"urn:chosei:problem:{code}",
        "title": japanese if language == "ja" else english,
        "status": status,
        "detail": detail,
        "code": code,
        **(extra or {}),
    }
    if errors:
        body["errors"] = list(errors)
    return body


_OF_THE_FRAMEWORK = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}


def framework_body(error: HTTPException, language: Language) -> dict[str, Any]:
    """What the framework itself refuses, said by its status."""
    title = TITLES.get(error.status_code, TITLES[400])[0 if language == "ja" else 1]
    code = _OF_THE_FRAMEWORK.get(error.status_code, f"http_{error.status_code}")
    return problem_body(error.status_code, code, title, language)


def respond(request: Request, problem: Problem) -> JSONResponse:
    language = language_of(request.headers.get("accept-language"))
    return JSONResponse(
        problem.body(language), status_code=problem.status, media_type=MEDIA_TYPE, headers=problem.headers
    )


_JAPANESE: Mapping[str, str] = {
    "missing": "必須です。",
    "string_too_long": "長すぎます(最大 {max_length} 文字)。",
    "string_too_short": "短すぎます(最小 {min_length} 文字)。",
    "too_long": "多すぎます(最大 {max_length} 件)。",
    "too_short": "少なすぎます(最小 {min_length} 件)。",
    "extra_forbidden": "この項目は使えません。",
    "timezone_aware": "時刻にはUTCからの時差が必要です。",
    "enum": "{expected} のいずれかを指定してください。",
    "literal_error": "{expected} のいずれかを指定してください。",
    "int_type": "整数を入力してください。",
    "int_parsing": "整数を入力してください。",
    "greater_than_equal": "{ge} 以上にしてください。",
    "less_than_equal": "{le} 以下にしてください。",
    "webhook_url": "https://example.com/hook のような、ユーザー名や # を含まないURLを入力してください。",
    "retention_days": "0(自動では削除しない)、または {fewest} から {most} までの整数を指定してください。",
    "notices": "直前のお知らせでだけお知らせするときは、開始のどれくらい前に送るかを1つ以上指定してください。",
}
_ENGLISH: Mapping[str, str] = {
    "string_too_long": "Too long (at most {max_length} characters).",
    "int_type": "Enter a whole number.",
    "int_parsing": "Enter a whole number.",
    "greater_than_equal": "At least {ge}.",
    "less_than_equal": "At most {le}.",
}
"""Where pydantic's own words are no help to who fills a form."""


_MEMBER = re.compile(r"<[\w.]+: ('[^']*')>")
"""How pydantic names a member of an enumeration."""


def field_error(error: Mapping[str, Any], language: Language) -> FieldError:
    """One pydantic error as a pointer and a sentence in the reader's language."""
    where, *path = error["loc"]
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    if where in ("query", "header", "path", "cookie"):
        pointer = f"?{path[0]}" if path else f"?{where}"
    context = dict(error.get("ctx") or {})
    known = _ENGLISH.get(error["type"])
    detail = known.format_map(_Lenient(context)) if known else _MEMBER.sub(r"\1", str(error["msg"]))
    if language == "ja":
        if "expected" in context:
            context["expected"] = _MEMBER.sub(r"\1", str(context["expected"])).replace(" or ", ", ")
        detail = _JAPANESE.get(error["type"], "形式が正しくありません。").format_map(_Lenient(context))
    return {"pointer": pointer, "detail": detail}


def refusal(error: RequestValidationError, language: Language) -> Problem:
    """Broken JSON has no field to point at, and a path that is none of those that exist leads nowhere."""
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return BadJson()
    if any(item["loc"][0] == "path" for item in found):
        return NotFound()
    return InvalidInput(errors=[field_error(item, language) for item in found])


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` as a problem document."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> JSONResponse:
        return respond(request, problem)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        language = language_of(request.headers.get("accept-language"))
        return respond(request, refusal(error, language))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        body = framework_body(error, language_of(request.headers.get("accept-language")))
        return JSONResponse(body, status_code=error.status_code, media_type=MEDIA_TYPE, headers=error.headers)

    @app.exception_handler(Exception)
    async def on_bug(request: Request, error: Exception) -> JSONResponse:
        log.error("request.crashed", exc_info=error)
        language = language_of(request.headers.get("accept-language"))
        detail = "内部エラーが発生しました。" if language == "ja" else "An internal error occurred."
        return JSONResponse(problem_body(500, "internal", detail, language), status_code=500, media_type=MEDIA_TYPE)
