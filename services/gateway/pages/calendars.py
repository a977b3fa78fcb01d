"""Which of an account's calendars count as busy and which one takes entries (V8)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from services.gateway.providers.answers import Provider
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.calendars import CalendarsView
from shared.contracts.calendar_sync import Provider as CalendarProvider

router = APIRouter()
_MOST = 50
_FIELDS = {"/busy": "busy", "/entries": "entries"}


@router.get("/connections/{provider}/calendars")
async def show(request: Request, provider: CalendarProvider, signed_in: Session) -> Response:
    """Asks the provider for the list; the page of all links does not."""
    said = text(language_for(request), "calendars.saved") if request.query_params.get("said") == "saved" else ""
    return await _page(request, provider, signed_in, said=said)


@router.post("/connections/{provider}/calendars")
async def choose(request: Request, provider: CalendarProvider, signed_in: Form) -> Response:
    form = await request.form()
    busy = [str(one)[:1_024] for one in form.getlist("busy")][:_MOST]
    entries = str(form.get("entries", ""))[:1_024]
    calendars = parts_of(request).backends.calendar_sync
    try:
        await calendars.choose_calendars(signed_in.caller(), Provider(provider), busy, entries)
    except BackendProblem as problem:
        return await _page(request, provider, signed_in, problem=problem, typed=(busy, entries))
    return RedirectResponse(f"/connections/{provider}/calendars?said=saved", status_code=303)


async def _page(
    request: Request,
    provider: CalendarProvider,
    signed_in: SignedIn,
    *,
    said: str = "",
    problem: BackendProblem | None = None,
    typed: tuple[list[str], str] | None = None,
) -> Response:
    view = None
    try:
        view = await parts_of(request).backends.calendar_sync.calendars(signed_in.caller(), Provider(provider))
    except BackendProblem as down:
        problem = down
    errors = _errors(problem) if problem else {}
    trouble = problem if problem and not errors else None
    values: dict[str, Any] = {
        "provider": str(provider),
        "said": said,
        "errors": errors,
        "trouble": trouble.detail if trouble else "",
        "not_connected": trouble is not None and trouble.code == "calendar_not_connected",
        "rows": _rows(view, typed) if view else [],
        "complete": view is None or view.complete,
        "lost": view.lost if view else [],
    }
    status = problem.status if problem else 200
    return staff_page(request, signed_in, "staff/calendars.html", values, status=status, here="/connections")


def _errors(problem: BackendProblem) -> dict[str, str]:
    return {_FIELDS[one["pointer"]]: one["detail"] for one in problem.errors if one["pointer"] in _FIELDS}


def _rows(view: CalendarsView, typed: tuple[list[str], str] | None) -> list[dict[str, Any]]:
    """What was typed stays where it was refused."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "main": one.main,
            "writable": one.writable,
            "busy": one.busy if typed is None else one.id in typed[0],
            "entries": one.entries if typed is None else one.id == typed[1],
        }
        for one in view.items
    ]
