"""Where an invitation leads: choosing a password. GET changes nothing; a link that is over says so, and no more."""

from fastapi import APIRouter, Request, Response

from services.gateway.edge.csrf import CsrfRefused
from services.gateway.model import Staff
from services.gateway.pages.rendering import language_for
from services.gateway.pages.session import begin, gate_page
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, given, understood
from services.gateway.parts import parts_of
from services.gateway.schemas.setup import InvitationAccept
from services.gateway.usecases.invite import InvitationInvalid

router = APIRouter()


@router.get("/invite/{token}")
async def show(request: Request, token: str) -> Response:
    try:
        staff = await _look(request, token)
    except InvitationInvalid as problem:
        return _over(request, problem)
    return await _form(request, staff)


@router.post("/invite/{token}")
async def accept(request: Request, token: str) -> Response:
    """The password is chosen and the person signed in."""
    parts, form, language = parts_of(request), await request.form(), language_for(request)
    try:
        staff = await _look(request, token)
        parts.csrf.check(request, parts.csrf.visit(request, Response()), given(form, "csrf_token"))
        asked = understood(InvitationAccept, {"password": given(form, "password")}, language)
        signed = await parts.accept_invitation(token, asked.password.get_secret_value())
    except InvitationInvalid as problem:
        return _over(request, problem)
    except CsrfRefused as refused:
        return await _form(request, staff, problem=text(language, "common.expired_form"), status=refused.status)
    except Mistyped as mistyped:
        return await _form(request, staff, errors=mistyped.errors, status=422)
    return await begin(request, signed, "/connections?said=welcome")


async def _look(request: Request, token: str) -> Staff:
    """Raises ``InvitationInvalid``, and ``TooManyRequests`` for who tries many."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        return await parts.accept_invitation.look(token)


def _over(request: Request, problem: InvitationInvalid) -> Response:
    return gate_page(request, "invite_over.html", {}, status=problem.status)


async def _form(
    request: Request, staff: Staff, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> Response:
    organization = await parts_of(request).organizations.find(staff.organization_id)
    values = {
        "member": staff,
        "organization": organization.name if organization else "",
        "errors": errors or {},
        "problem": problem,
    }
    return gate_page(request, "invite.html", values, status=status)
