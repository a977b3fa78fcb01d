"""Connecting the organization's Zoom account (C1), replacing, taking over and ending it, and what that would touch."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter, ValidationError

from services.gateway.identity import SignedIn, require_admin
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, typed_in, understood
from services.gateway.pages.zoom_page import FIELDS, PAGE, ToldOnThePage, back, everybody, zoom_of, zoom_page
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.zoom import TouchedMeeting
from services.gateway.routes.zoom import CALLBACK
from services.gateway.schemas.zoom import OfferId, ZoomCredentials
from shared.problem import NotFound

router = APIRouter(route_class=ToldOnThePage)


@router.get(PAGE)
async def show(request: Request, signed_in: Session) -> Response:
    return await zoom_page(request, signed_in)


@router.post(PAGE)
async def connect(request: Request, signed_in: Form) -> Response:
    """By credentials; a second sending of the same ones connects the same account again."""
    require_admin(signed_in)
    typed = await typed_in(request, FIELDS)
    try:
        asked = understood(ZoomCredentials, typed, language_for(request))
        given = {**typed, "client_secret": asked.client_secret.get_secret_value()}
        outcome = await zoom_of(request).connect_account(signed_in.caller(), given)
    except Mistyped as mistyped:
        return await zoom_page(request, signed_in, typed=typed, errors=mistyped.errors, status=422)
    except BackendProblem as problem:
        return await zoom_page(request, signed_in, typed=typed, problem=problem.detail, status=problem.status)
    return _to_offer(outcome.offer.offer_id) if outcome.offer else back("connected")


@router.post(f"{PAGE}/consent")
async def consent(request: Request, signed_in: Form) -> Response:
    """A page that leads on to Zoom, where an administrator of the account consents."""
    require_admin(signed_in)
    language = language_for(request)
    redirect_uri = parts_of(request).settings.public_url.rstrip("/") + CALLBACK
    begun = await zoom_of(request).authorize_account(
        signed_in.caller(), email=signed_in.staff.email, redirect_uri=redirect_uri
    )
    values = {
        "url": begun.authorize_url,
        "heading": text(language, "connections.leaving_title", provider="Zoom"),
        "button": text(language, "connections.leaving_button", provider="Zoom"),
    }
    return render(request, "staff/leaving.html", values, language=language, here=PAGE)


@router.get(CALLBACK)
async def finish_consent(request: Request, signed_in: Session) -> Response:
    require_admin(signed_in)
    given = request.query_params
    answer = {"state": given.get("state", "")[:2000]} | {
        name: given[name][:4000] for name in ("code", "error", "error_description") if name in given
    }
    outcome = await zoom_of(request).finish_account(signed_in.caller(), answer)
    return _to_offer(outcome.offer.offer_id) if outcome.offer else back("connected")


@router.get(f"{PAGE}/offers/{{offer_id}}")
async def show_offer(request: Request, offer_id: str, signed_in: Session) -> Response:
    """What connecting would do, before it is done."""
    require_admin(signed_in)
    offer = await zoom_of(request).offer(signed_in.caller(), _offer_id(offer_id))
    values = {"offer": offer, "touched": await _meetings(request, signed_in, offer.touched)}
    return staff_page(request, signed_in, "staff/zoom_offer.html", values)


@router.post(f"{PAGE}/offers/{{offer_id}}")
async def confirm_offer(request: Request, offer_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    await zoom_of(request).confirm_offer(signed_in.caller(), _offer_id(offer_id))
    return back("connected")


@router.post(f"{PAGE}/offers/{{offer_id}}/refuse")
async def refuse_offer(request: Request, offer_id: str, signed_in: Form) -> Response:
    """Zoom hears of it; a second time there is nothing left to refuse."""
    require_admin(signed_in)
    await zoom_of(request).refuse_offer(signed_in.caller(), _offer_id(offer_id))
    return RedirectResponse(PAGE, status_code=303)


@router.get(f"{PAGE}/end")
async def show_end(request: Request, signed_in: Session) -> Response:
    """What disconnecting would touch."""
    require_admin(signed_in)
    return await _end_page(request, signed_in)


@router.post(f"{PAGE}/end")
async def end(request: Request, signed_in: Form) -> Response:
    """A second time nothing is left to end, which is what was wanted; another account than the one seen stays."""
    require_admin(signed_in)
    seen = (await typed_in(request, ("account",)))["account"]
    if (await zoom_of(request).account(signed_in.caller())).account_id not in ("", seen):
        return await _end_page(request, signed_in, problem=text(language_for(request), "zoom.end_other"), status=409)
    try:
        await zoom_of(request).disconnect_account(signed_in.caller())
    except BackendProblem as problem:
        if problem.code != "zoom_account_missing":
            raise
    return back("disconnected")


@router.post(f"{PAGE}/refresh")
async def refresh(request: Request, signed_in: Form) -> Response:
    require_admin(signed_in)
    await zoom_of(request).list_users_again(signed_in.caller())
    return back("refreshing")


@router.get(f"{PAGE}/consent")
@router.get(f"{PAGE}/refresh")
@router.get(f"{PAGE}/map")
@router.get(f"{PAGE}/offers/{{offer_id}}/refuse")
async def leave_form(_signed_in: Session) -> Response:
    """Reloading what a form answered."""
    return RedirectResponse(PAGE, status_code=303)


async def _end_page(request: Request, signed_in: SignedIn, *, problem: str = "", status: int = 200) -> Response:
    account = await zoom_of(request).account(signed_in.caller())
    touched = (await zoom_of(request).touched(signed_in.caller())).items
    values = {"account": account, "touched": await _meetings(request, signed_in, touched), "problem": problem}
    return staff_page(request, signed_in, "staff/zoom_end.html", values, status=status)


async def _meetings(request: Request, signed_in: SignedIn, touched: Sequence[TouchedMeeting]) -> list[dict[str, Any]]:
    people = {one.id: one.name for one in await everybody(request, signed_in)}
    return [{"id": one.appointment_id, "start": one.start, "name": people.get(one.staff_id, "")} for one in touched]


def _offer_id(given: str) -> str:
    try:
        return TypeAdapter(OfferId).validate_python(given)
    except ValidationError as error:
        raise NotFound() from error


def _to_offer(offer_id: str) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}/offers/{offer_id}", status_code=303)
