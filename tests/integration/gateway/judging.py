"""Services that refuse, as the real ones do, a body that the API's own models refuse."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter, ValidationError

from services.gateway.routes.api import api_router
from shared.contracts.api.page_guests import BookingCreate, GuestCancel, GuestReschedule
from shared.contracts.api.proposals import AskAgain, GuestConfirm
from shared.problem import field_error, language_of, problem_body
from tests.access.routes import PREFIX
from tests.integration.gateway.fakes import Answer

_OF_GUESTS: dict[str, Any] = {
    "POST /internal/guest/proposal/confirm": GuestConfirm,
    "POST /internal/guest/proposal/ask-again": AskAgain,
    "POST /internal/guest/page/{slug}/bookings": BookingCreate,
    "POST /internal/guest/appointment/reschedule": GuestReschedule,
    "POST /internal/guest/appointment/cancel": GuestCancel,
}


class Judge:
    """Knows what each of the API's writes takes, and judges what comes to the service's twin of it."""

    def __init__(self) -> None:
        self._models = [(_whole(route), TypeAdapter(model)) for route, model in _models()]

    def __call__(self, request: httpx.Request) -> Answer | None:
        asked = f"{request.method} {request.url.path}"
        model = next((model for route, model in self._models if route.fullmatch(asked)), None)
        if model is None or not request.content:
            return None
        try:
            model.validate_json(request.content)
        except ValidationError as error:
            language = language_of(request.headers.get("accept-language"))
            errors = [field_error({**one, "loc": ("body", *one["loc"])}, language) for one in error.errors()]
            return Answer(422, problem_body(422, "invalid", "だめです。", language, errors=errors))
        return None


def _models() -> Iterator[tuple[str, Any]]:
    yield from _OF_GUESTS.items()
    app = FastAPI()
    app.include_router(api_router())
    for found in iter_route_contexts(app.router.routes):
        body = getattr(found, "body_field", None)
        for method in found.methods or ():
            if body is not None:
                yield f"{method} {str(found.path).replace(PREFIX, '/internal', 1)}", body.field_info.annotation


def _whole(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]+\\\}|\{[^}]+\}", "[^/]+", route))
