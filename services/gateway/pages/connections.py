"""The links to Zoom, Google and Microsoft (R1-R4, V1, V2, V4)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn
from services.gateway.model import Staff
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from services.gateway.providers.answers import ConnectionStatus, ConnectionView, FrozenCalendar, NotReleased, Provider
from services.gateway.providers.backend import BackendProblem
from services.gateway.schemas.connections import ResumeDecision

router = APIRouter()
_BEGINNINGS = ("welcome", "set_up")
"""Who comes here first: the invited, and who set the organization up."""
_BADGES = {
    ConnectionStatus.CONNECTED: "ok",
    ConnectionStatus.DISCONNECTED: "none",
    ConnectionStatus.BROKEN: "bad",
}


@router.get("/connections")
async def show(request: Request, signed_in: Session) -> Response:
    language, query = language_for(request), request.query_params
    said = text(language, f"connections.done_{query['connected']}") if _provider(query.get("connected")) else ""
    if (begun := query.get("said")) in _BEGINNINGS:
        said = text(language, f"connections.{begun}", name=signed_in.staff.name)
    failed = query.get("provider", "")
    return await _page(
        request,
        signed_in,
        said=said,
        problem=_failure(request, signed_in) if "error" in query else "",
        code=query.get("error", ""),
        failed=failed,
    )


@router.post("/connections/{provider}/connect")
async def connect(request: Request, provider: Provider, signed_in: Form) -> Response:
    """A page that leads on: a redirect after a form would be stopped by our own form-action."""
    parts, language = parts_of(request), language_for(request)
    rooms = (await request.form()).get("rooms") == "on"
    try:
        url = await parts.connections.authorize(signed_in.caller(), signed_in.staff, provider, rooms=rooms)
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail, code=problem.code, failed=provider)
    name = text(language, f"connections.{provider}")
    values = {
        "url": url,
        "heading": text(language, "connections.leaving_title", provider=name),
        "button": text(language, "connections.leaving_button", provider=name),
    }
    page = render(request, "staff/leaving.html", values, language=language, here="/connections")
    parts.flows.set(page, signed_in.staff.id, provider)
    return page


@router.get("/connections/{provider}/{step}")
async def leave_step() -> Response:
    """Reloading what a form answered."""
    return RedirectResponse("/connections", status_code=303)


@router.post("/connections/{provider}/disconnect")
async def disconnect(request: Request, provider: Provider, signed_in: Form) -> Response:
    language = language_for(request)
    try:
        ended = await parts_of(request).connections.end(signed_in.caller(), provider)
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail)
    return await _page(
        request,
        signed_in,
        said=text(language, f"connections.off_{provider}"),
        not_released=ended.not_released,
    )


@router.post("/connections/{provider}/resume")
async def resume(request: Request, provider: Provider, signed_in: Form) -> Response:
    """Of one's own calendar or Zoom account, or of the one that an administrator chose."""
    language, form = language_for(request), await request.form()
    decision = next((one for one in ResumeDecision if one == form.get("decision")), ResumeDecision.RESTORE)
    service = parts_of(request).backends.connecting(provider)
    whose = str(form.get("staff_id", ""))[:100] or None
    try:
        await service.resume(signed_in.caller(), provider, decision, whose)
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail)
    words = "meetings_frozen" if provider is Provider.ZOOM else "frozen"
    return await _page(request, signed_in, said=text(language, f"{words}.{decision}_done"))


async def _others_frozen(request: Request, signed_in: SignedIn) -> list[dict[str, Any]]:
    """What an administrator decides for others; missing while the service is silent that knows it."""
    if not signed_in.staff.is_admin:
        return []
    parts = parts_of(request)
    found: list[FrozenCalendar] = []
    for service in (parts.backends.calendar_sync, parts.backends.zoom_issuer):
        with suppress(BackendProblem):
            found += (await service.frozen(signed_in.caller())).items
    shown = []
    for item in found:
        if item.staff_id == signed_in.staff.id:
            continue
        person = await parts.staff.find_in(signed_in.organization.id, item.staff_id)
        shown.append(
            {
                "provider": str(item.provider),
                "staff_id": item.staff_id,
                "name": person.name if person else _owner(item.staff_id, signed_in),
                "frozen": item.frozen,
            }
        )
    return shown


def _owner(staff_id: str, signed_in: SignedIn) -> str:
    """Of whom nobody knows a name; the organization's Zoom account is nobody's own (C1)."""
    return signed_in.organization.name if staff_id.startswith("account/") else staff_id


async def _page(
    request: Request,
    signed_in: SignedIn,
    *,
    said: str = "",
    problem: str = "",
    code: str = "",
    failed: str = "",
    not_released: Sequence[NotReleased] = (),
) -> Response:
    try:
        known = (await parts_of(request).connections.of(signed_in.caller())).items
    except BackendProblem as down:
        known, problem = [], problem or down.detail
    return staff_page(
        request,
        signed_in,
        "staff/connections.html",
        {
            "said": said,
            "trouble": problem,
            "code": code,
            "failed": failed if _provider(failed) else "",
            "not_released": not_released,
            "basic_allowed": signed_in.organization.allow_zoom_basic,
            "cards": [_card(provider, known, signed_in.staff) for provider in Provider],
            "others_frozen": await _others_frozen(request, signed_in),
        },
        here="/connections",
    )


def _card(provider: Provider, known: list[ConnectionView], reader: Staff) -> dict[str, Any]:
    """``rooms`` is for administrators and calendars only (V3)."""
    view = next((item for item in known if item.provider is provider), None)
    status = view.status if view else ConnectionStatus.DISCONNECTED
    connected = status is not ConnectionStatus.DISCONNECTED
    account = view.account if view and connected else None
    rooms = (view is not None and view.rooms) if reader.is_admin and provider is not Provider.ZOOM else None
    return {
        "provider": str(provider),
        "status": str(status),
        "badge": _BADGES[status],
        "account": account,
        "rooms": rooms,
        "offers_rooms": rooms is False,
        "frozen": view.frozen if view and connected else None,
        "offers_calendars": status is ConnectionStatus.CONNECTED and provider is not Provider.ZOOM,
        "calendars_lost": view.calendars_lost if view and connected else [],
        "name": "",
        "staff_id": "",
    }


def _failure(request: Request, signed_in: SignedIn) -> str:
    """What a consent that failed is called; the two addresses are named where they differ (V2)."""
    language, code = language_for(request), request.query_params.get("error", "")
    if code == "address_mismatch":
        expected = signed_in.staff.email
        account = parts_of(request).flows.noted_account(request, signed_in.staff.id)
        if not account:
            return text(language, "connections.address_other", expected=expected)
        return text(language, "connections.address_mismatch", account=account, expected=expected)
    if code == "approval_required":
        by = "microsoft" if request.query_params.get("provider") == Provider.MICROSOFT else "zoom"
        return text(language, f"connections.approval_required_{by}")
    return text(language, f"connections.{code}" if code in _CODES else "connections.provider_failed")


_CODES = ("oauth_state_invalid", "oauth_denied", "account_taken", "plan_not_allowed", "provider_failed")


def _provider(name: str | None) -> bool:
    return name in set(Provider)
