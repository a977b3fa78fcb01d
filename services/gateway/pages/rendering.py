"""Templates to answers. Everything is autoescaped (G24); a page knows its language, zone and who reads it."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.gateway.edge.language import language_of_request
from services.gateway.pages import times
from services.gateway.pages.long_texts import folded, linked
from services.gateway.pages.texts import text, texts_of
from services.gateway.parts import parts_of
from shared.problem import Language

TEMPLATES = Path(__file__).parent.parent / "templates"
LANGUAGE_COOKIE = "lang"
_HEADERS = {"referrer-policy": "same-origin"}
"""With ``no-referrer`` browsers send ``Origin: null`` with our own forms, which looks like somebody else's."""
_A_YEAR = 365 * 24 * 3600


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    return made


def render(
    request: Request,
    template: str,
    values: Mapping[str, object],
    *,
    language: Language,
    zone: str = "Asia/Tokyo",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    here: str = "",
) -> HTMLResponse:
    """One page. ``here`` is where the language switch leads, by default the page itself."""
    address = here or f"{request.url.path}?{request.url.query}"
    html = (
        environment()
        .get_template(template)
        .render(
            language=language,
            zone=zone,
            t=partial(text, language),
            texts_of=partial(texts_of, language),
            span=lambda start, end: times.span(start, end, zone, language),
            whole_days=lambda start, end, office: times.days(start, end, office, language),
            moment=lambda at: times.moment(at, zone, language),
            language_url=lambda other: _with_language(request, other, address),
            path=request.url.path,
            linked=linked,
            folded=folded,
            **values,
        )
    )
    response = HTMLResponse(html, status_code=status, headers={**_HEADERS, **(headers or {})})
    if (chosen := _chosen(request)) and chosen != request.cookies.get(LANGUAGE_COOKIE):
        remember_language(request, response, chosen)
    return response


def remember_language(request: Request, response: Response, language: Language) -> None:
    """For this browser's later visits."""
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR, samesite="lax", secure=is_secure(request))


def follow_language(request: Request, response: Response, language: Language | None) -> None:
    """What was chosen for oneself, also in this browser; None leaves it to the browser."""
    if language is None:
        response.delete_cookie(LANGUAGE_COOKIE, samesite="lax", secure=is_secure(request))
    else:
        remember_language(request, response, language)


def is_secure(request: Request) -> bool:
    return parts_of(request).settings.secure


def language_for(request: Request, default: Language = "ja") -> Language:
    """``?lang=`` where given (the switch), else as everywhere."""
    return _chosen(request) or language_of_request(request, default)


def language_of_guest(request: Request, booked_in: str) -> Language:
    """What this browser chose, else what the guest booked in, on whatever device their mail is read (X6)."""
    chosen = _chosen(request) or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("ja", "en"):
        return "ja" if chosen == "ja" else "en"
    known: dict[str, Language] = {"ja": "ja", "en": "en"}
    return known.get(booked_in.lower().partition("-")[0]) or language_for(request)


def _chosen(request: Request) -> Language | None:
    asked = request.query_params.get("lang")
    return "ja" if asked == "ja" else "en" if asked == "en" else None


def _with_language(request: Request, language: Language, here: str) -> str:
    """``here`` with the language chosen; what else the query held stays."""
    path, _, query = here.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "lang"]
    return f"{path}?{urlencode([*kept, ('lang', language)])}"
