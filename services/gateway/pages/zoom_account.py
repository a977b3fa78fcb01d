"""The organization's Zoom account (C1): connecting, what that would touch, its users and for whom each hosts (C2)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter, ValidationError

from services.gateway.identity import SignedIn, require_admin
from services.gateway.model import Staff
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, typed_in, understood
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.zoom import TouchedMeeting, ZoomAccount, ZoomIssuer, ZoomUserList, ZoomUserView
from services.gateway.routes.zoom import CALLBACK
from services.gateway.schemas.zoom import OfferId, ZoomCredentials
from shared.problem import NotFound

router = APIRouter()
PAGE = "/settings/zoom"
FIELDS = ("account_id", "client_id", "client_secret")
_LISTED = 50
_STAFF = 500
_SAID = ("connected", "disconnected", "refreshing", "mapped", "unmapped")
_BADGES = {"connected": "ok", "disconnected": "none", "broken": "bad"}


@router.get(PAGE)
async def show(request: Request, signed_in: Session) -> Response:
    return await _page(request, signed_in)


@router.post(PAGE)
async def connect(request: Request, signed_in: Form) -> Response:
    """By credentials; a second sending of the same ones connects the same account again."""
    require_admin(signed_in)
    typed = await typed_in(request, FIELDS)
    try:
        asked = understood(ZoomCredentials, typed, language_for(request))
        given = {**typed, "client_secret": asked.client_secret.get_secret_value()}
        outcome = await _zoom(request).connect_account(signed_in.caller(), given)
    except Mistyped as mistyped:
        return await _page(request, signed_in, typed=typed, errors=mistyped.errors, status=422)
    except BackendProblem as problem:
        return await _page(request, signed_in, typed=typed, problem=problem.detail, status=problem.status)
    return _to_offer(outcome.offer.offer_id) if outcome.offer else _back("connected")


@router.post(f"{PAGE}/consent")
async def consent(request: Request, signed_in: Form) -> Response:
    """A page that leads on to Zoom, where an administrator of the account consents."""
    require_admin(signed_in)
    language = language_for(request)
    redirect_uri = parts_of(request).settings.public_url.rstrip("/") + CALLBACK
    try:
        begun = await _zoom(request).authorize_account(
            signed_in.caller(), email=signed_in.staff.email, redirect_uri=redirect_uri
        )
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail, status=problem.status)
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
    try:
        outcome = await _zoom(request).finish_account(signed_in.caller(), answer)
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail, status=problem.status)
    return _to_offer(outcome.offer.offer_id) if outcome.offer else _back("connected")


@router.get(f"{PAGE}/offers/{{offer_id}}")
async def show_offer(request: Request, offer_id: str, signed_in: Session) -> Response:
    """What connecting would do, before it is done."""
    require_admin(signed_in)
    try:
        offer = await _zoom(request).offer(signed_in.caller(), _offer_id(offer_id))
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail, status=problem.status)
    values = {"offer": offer, "touched": await _meetings(request, signed_in, offer.touched)}
    return staff_page(request, signed_in, "staff/zoom_offer.html", values)


@router.post(f"{PAGE}/offers/{{offer_id}}")
async def confirm_offer(request: Request, offer_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    try:
        await _zoom(request).confirm_offer(signed_in.caller(), _offer_id(offer_id))
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail, status=problem.status)
    return _back("connected")


@router.get(f"{PAGE}/end")
async def show_end(request: Request, signed_in: Session) -> Response:
    """What disconnecting would touch."""
    require_admin(signed_in)
    try:
        touched = (await _zoom(request).touched(signed_in.caller())).items
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail, status=problem.status)
    values = {"touched": await _meetings(request, signed_in, touched)}
    return staff_page(request, signed_in, "staff/zoom_end.html", values)


@router.post(f"{PAGE}/end")
async def end(request: Request, signed_in: Form) -> Response:
    """A second time nothing is left to end, which is what was wanted."""
    require_admin(signed_in)
    try:
        await _zoom(request).disconnect_account(signed_in.caller())
    except BackendProblem as problem:
        if problem.code != "zoom_account_missing":
            return await _page(request, signed_in, problem=problem.detail, status=problem.status)
    return _back("disconnected")


@router.post(f"{PAGE}/refresh")
async def refresh(request: Request, signed_in: Form) -> Response:
    require_admin(signed_in)
    try:
        await _zoom(request).list_users_again(signed_in.caller())
    except BackendProblem as problem:
        return await _page(request, signed_in, problem=problem.detail, status=problem.status)
    return _back("refreshing")


@router.post(f"{PAGE}/map")
async def map_user(request: Request, signed_in: Form) -> Response:
    """This Zoom user hosts for the staff member whose address was given (E1); with ``clear`` no longer for that one."""
    require_admin(signed_in)
    form = await request.form()
    address, user = str(form.get("staff_email", "")).strip()[:255], str(form.get("zoom_user", ""))[:255]
    clear = form.get("clear") == "1"
    found = await _everybody(request, signed_in)
    person = next((one for one in found if one.email.casefold() == address.casefold()), None)
    if person is None or not user:
        problem = text(language_for(request), "zoom.nobody", email=address)
        return await _page(request, signed_in, problem=problem, status=422)
    await parts_of(request).change_staff(
        signed_in.organization.id,
        person.id,
        {"zoom_user": "" if clear else user},
        expected=None,
        request_id=signed_in.request_id,
    )
    return _back("unmapped" if clear else "mapped", **_asked(request))


async def _page(
    request: Request,
    signed_in: SignedIn,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    language, query, zoom = language_for(request), request.query_params, _zoom(request)
    asked = _asked(request)
    after = int(asked["after"]) if asked["after"].isdecimal() else 0
    account: ZoomAccount | None = None
    users = ZoomUserList(items=[])
    try:
        account = await zoom.account(signed_in.caller())
        users = await zoom.users(signed_in.caller(), q=asked["q"], limit=_LISTED, after=after)
    except BackendProblem as down:
        problem = problem or down.detail
    said = query.get("said", "") if request.method == "GET" and not problem else ""
    people = {one.id: one for one in await _everybody(request, signed_in)}
    more = urlencode({"q": asked["q"], "after": users.next_cursor}) if users.next_cursor else ""
    return staff_page(
        request,
        signed_in,
        "staff/zoom_account.html",
        {
            "said": text(language, f"zoom.said_{said}") if said in _SAID else "",
            "problem": problem,
            "account": account,
            "badge": _BADGES[account.status] if account else "none",
            "by": people[account.connected_by].name if account and account.connected_by in people else "",
            "users": [_row(user, people) for user in users.items],
            "people": list(people.values()),
            "words": asked["q"],
            "after": asked["after"],
            "more_url": f"{PAGE}?{more}" if more else "",
            "may_change": signed_in.staff.is_admin,
            "typed": {**dict.fromkeys(FIELDS, ""), **(typed or {}), "client_secret": ""},
            "errors": errors or {},
        },
        status=status,
        here=PAGE,
    )


def _row(user: ZoomUserView, people: Mapping[str, Staff]) -> dict[str, Any]:
    """``suggested`` is who seems to be meant: another address, but the same name before the @."""
    hosts_for = [people[staff_id] for staff_id in user.staff_ids if staff_id in people]
    local = user.email.partition("@")[0].casefold()
    alike = [one for one in people.values() if local and one.email.partition("@")[0].casefold() == local]
    suggested = alike[0].email if not hosts_for and len(alike) == 1 and not alike[0].zoom_user else ""
    return {"user": user, "staff": hosts_for, "suggested": suggested}


async def _everybody(request: Request, signed_in: SignedIn) -> list[Staff]:
    return await parts_of(request).staff.search(signed_in.organization.id, "", after="", limit=_STAFF, disabled=False)


async def _meetings(request: Request, signed_in: SignedIn, touched: Sequence[TouchedMeeting]) -> list[dict[str, Any]]:
    people = {one.id: one.name for one in await _everybody(request, signed_in)}
    return [{"id": one.appointment_id, "start": one.start, "name": people.get(one.staff_id, "")} for one in touched]


def _asked(request: Request) -> dict[str, str]:
    query = request.query_params
    return {"q": query.get("q", "").strip()[:100], "after": query.get("after", "")[:6]}


def _offer_id(given: str) -> str:
    try:
        return TypeAdapter(OfferId).validate_python(given)
    except ValidationError as error:
        raise NotFound() from error


def _zoom(request: Request) -> ZoomIssuer:
    return parts_of(request).backends.zoom_issuer


def _back(said: str, **asked: str) -> RedirectResponse:
    query = {"said": said, **{name: value for name, value in asked.items() if value}}
    return RedirectResponse(f"{PAGE}?{urlencode(query)}", status_code=303)


def _to_offer(offer_id: str) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}/offers/{offer_id}", status_code=303)
