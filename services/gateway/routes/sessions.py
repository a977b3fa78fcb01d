"""Signing in and out, the first set-up, and choosing a password by invitation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.edge.limits import address_of
from services.gateway.identity import SignedIn, api_staff, drop_session_cookie, set_session_cookie
from services.gateway.parts import parts_of
from services.gateway.schemas.organization import OrganizationView
from services.gateway.schemas.setup import (
    InvitationAccept,
    InvitationView,
    SessionRequest,
    SessionView,
    SetupRequest,
    SetupView,
)
from services.gateway.schemas.staff import MeView

router = APIRouter(tags=["sessions"])


@router.post("/setup", status_code=201)
async def set_up(request: Request, asked: SetupRequest) -> SetupView:
    """Make the first organization and its administrator, with the one-time code; works once."""
    parts_of(request).csrf.check_origin(request)
    organization, staff = await parts_of(request).setup(asked, request.state.request_id, address_of(request))
    return SetupView(organization=OrganizationView.of(organization), staff=MeView.of_self(staff))


@router.post("/sessions", status_code=201)
async def sign_in(request: Request, response: Response, asked: SessionRequest) -> SessionView:
    """Sign in; the answer's token and the cookie are the same session."""
    parts = parts_of(request)
    parts.csrf.check_origin(request)
    signed = await parts.sign_in(asked.email, asked.password.get_secret_value(), address_of(request))
    set_session_cookie(response, signed.token, parts.settings)
    return SessionView(token=signed.token, staff=MeView.of_self(signed.staff))


@router.get("/invitations/{token}")
async def show_invitation(request: Request, token: str) -> InvitationView:
    """Whose link this is; unknown, used, replaced and expired ones are 404 alike."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        staff = await parts.accept_invitation.look(token)
    organization = await parts.organizations.find(staff.organization_id)
    return InvitationView(name=staff.name, email=staff.email, organization=organization.name if organization else "")


@router.post("/invitations/{token}", status_code=201)
async def accept_invitation(request: Request, response: Response, token: str, asked: InvitationAccept) -> SessionView:
    """Choose the password, once, and sign in; ends all sessions of before."""
    parts = parts_of(request)
    parts.csrf.check_origin(request)
    async with parts.limits.guest(request, token=token):
        signed = await parts.accept_invitation(token, asked.password.get_secret_value())
    set_session_cookie(response, signed.token, parts.settings)
    return SessionView(token=signed.token, staff=MeView.of_self(signed.staff))


@router.delete("/sessions/current", status_code=204)
async def sign_out(request: Request, me: Annotated[SignedIn, Depends(api_staff)]) -> Response:
    """End this session."""
    parts = parts_of(request)
    await parts.sessions.end(me.session_id)
    response = Response(status_code=204)
    drop_session_cookie(response, parts.settings)
    return response
