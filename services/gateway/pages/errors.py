"""Errors as pages, for readers whose browser asks for HTML."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from services.gateway.pages.guest import unknown_link
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.texts import text


def render_problem(request: Request, status: int, body: Mapping[str, Any]) -> Response:
    """The problem's own words where they say more than the status does."""
    language = language_for(request)
    if status == 404 and request.url.path.startswith(("/g/", "/j/", "/p/", "/a/")):
        return unknown_link(request)
    if status == 404:
        heading, message = text(language, "common.not_found_heading"), text(language, "common.not_found_text")
    elif body.get("code") == "forbidden":
        heading, message = text(language, "common.forbidden_heading"), str(body.get("detail", ""))
    elif body.get("code") == "csrf_refused":
        heading, message = text(language, "common.error_heading"), text(language, "common.expired_form")
    else:
        heading = text(language, "common.error_heading")
        message = str(body.get("detail", "")) if status < 500 else text(language, "common.error_text")
    reference = getattr(request.state, "request_id", "") if status >= 500 else ""
    values = {"heading": heading, "message": message, "reference": reference}
    return render(request, "error.html", values, language=language, status=status)
