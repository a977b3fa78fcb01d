"""Join links (X9): straight into the meeting that is valid now, or a page that says why there is none. GET and HEAD
change nothing, so that a mail scanner may open them (G7).
"""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import if_match, looks_like_token
from services.gateway.pages import times
from services.gateway.pages.guest import unknown_link
from services.gateway.pages.reader import Form, Session
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.caller import GuestCaller
from shared.contracts.api.joining import JoinLinkRequest, JoinStatus, JoinView
from shared.problem import Forbidden, VersionMismatch

router = APIRouter()
_SAFE_URLS = ("https://", "http://")
_SOON = {"Refresh": "5"}
"""What is being issued is there within seconds; asking again changes nothing."""


@router.get("/j/{token}")
async def as_guest(request: Request, token: str) -> Response:
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        if not looks_like_token(token):
            return unknown_link(request)
        caller = GuestCaller(token, language_for(request), request.state.request_id)
        try:
            way = (await parts.backends.booking.join_as_guest(caller)).read(JoinView)
        except BackendProblem as problem:
            if problem.status == 404:
                return unknown_link(request)
            raise
    return _lead(request, way, "")


@router.get("/appointments/{appointment_id}/join")
async def as_staff(request: Request, appointment_id: str, signed_in: Session) -> Response:
    """The mail to staff is one for all, so the link in it is good for whoever is signed in and still takes part."""
    back = f"/appointments/{quote(appointment_id, safe='')}"
    try:
        reply = await parts_of(request).backends.booking.join_as_staff(signed_in.caller(), appointment_id)
    except BackendProblem as problem:
        if problem.code != Forbidden.code:
            raise
        return _page(request, "not_attending", text(language_for(request), "join.not_attending_text"), 403, back=back)
    return _lead(request, reply.read(JoinView), back)


@router.post("/appointments/{appointment_id}/revoke-link")
async def revoke(request: Request, appointment_id: str, signed_in: Form) -> Response:
    """The guest's link is made anew (X9); the page may be older than how things stand."""
    version = str((await request.form()).get("version", ""))
    body = JoinLinkRequest(revoke=True).model_dump_json().encode()
    said = "revoked"
    try:
        tag = if_match(f'"r{version}"' if version else None)
        booking = parts_of(request).backends.booking
        await booking.revoke_join_link(signed_in.caller(), appointment_id, body, if_match=tag)
    except VersionMismatch:
        said = "changed_meanwhile"
    except BackendProblem as problem:
        if problem.code != VersionMismatch.code:
            raise
        said = "changed_meanwhile"
    return RedirectResponse(f"/appointments/{quote(appointment_id, safe='')}?said={said}", status_code=303)


def _lead(request: Request, way: JoinView, back: str) -> Response:
    if way.status is JoinStatus.OPEN and way.url and way.url.startswith(_SAFE_URLS):
        return RedirectResponse(way.url, status_code=303)
    state = JoinStatus.NONE if way.status is JoinStatus.OPEN else way.status
    language, zone = language_for(request), way.time_zone
    explanation = text(
        language,
        f"join.{state}_text",
        organization=way.organization_name,
        when=times.span(way.start, way.end, zone, language),
        shown_at=times.moment(way.shown_at, zone, language) if way.shown_at else "",
        zone=times.zone_label(zone, way.start, language),
    )
    gone = state in (JoinStatus.CANCELED, JoinStatus.OVER)
    headers = _SOON if state is JoinStatus.ISSUING else {}
    return _page(
        request, state, explanation, 410 if gone else 200, back=back, of=way.organization_name, headers=headers
    )


def _page(
    request: Request,
    state: str,
    explanation: str,
    status: int,
    *,
    back: str,
    of: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    language = language_for(request)
    values: dict[str, object] = {
        "organization": of,
        "state": state,
        "heading": text(language, f"join.{state}_heading"),
        "explanation": explanation,
        "back": back,
    }
    return render(request, "guest/join.html", values, language=language, status=status, headers=headers)
