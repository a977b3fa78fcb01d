"""Erasures of guests on a page of administrators (X5): what is under way, what is done, and one by address."""

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn, require_admin
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, given, understood
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.actors import Actor, ActorKind
from shared.contracts.api.erasures import ErasureList, ErasureRequest, ErasureView, ServiceErasure
from shared.problem import Language

router = APIRouter()
HERE = "/settings/erasures"
_LISTED = 30
_NOT_FOUND = 404


@router.get(HERE)
async def show(request: Request, signed_in: Session) -> Response:
    require_admin(signed_in)
    return await _page(request, signed_in)


@router.post(HERE)
async def erase(request: Request, signed_in: Form) -> Response:
    """By address, also of who never booked."""
    require_admin(signed_in)
    language, email = language_for(request), given(await request.form(), "email").strip()
    try:
        asked = understood(ErasureRequest, {"email": email}, language)
        body = orjson.dumps(asked.model_dump())
        erasure = (await parts_of(request).backends.booking.erase_address(signed_in.caller(), body)).read(ErasureView)
    except Mistyped as mistyped:
        return await _page(request, signed_in, email=email, errors=mistyped.errors, status=422)
    except BackendProblem as problem:
        if problem.status not in (_NOT_FOUND, 409):
            raise
        sentence = text(language, "erasures.unknown") if problem.status == _NOT_FOUND else problem.detail
        return await _page(request, signed_in, email=email, errors={"email": sentence}, status=problem.status)
    return RedirectResponse(f"{HERE}?said=asked#{erasure.id}", status_code=303)


async def _page(
    request: Request,
    signed_in: SignedIn,
    *,
    email: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    language, query = language_for(request), request.query_params
    wanted = {"limit": str(_LISTED), **({"cursor": query["cursor"][:500]} if query.get("cursor") else {})}
    listed = (await parts_of(request).backends.booking.erasures(signed_in.caller(), wanted)).read(ErasureList)
    askers = {staff_id for one in listed.items if (staff_id := _asker(one))}
    names = await parts_of(request).staff.names_of(signed_in.organization.id, sorted(askers))
    return staff_page(
        request,
        signed_in,
        "staff/erasures.html",
        {
            "items": [(one, names.get(_asker(one), ""), _services(one, language)) for one in listed.items],
            "more": listed.next_cursor,
            "email": email,
            "errors": errors or {},
            "said": text(language, "erasures.said_asked") if query.get("said") == "asked" and not errors else "",
        },
        status=status,
        here=HERE,
    )


def _asker(erasure: ErasureView) -> str:
    """Empty where it was the organization's setting."""
    actor = Actor.read(erasure.asked_by or "")
    return actor.name if actor.kind is ActorKind.STAFF else ""


def _services(erasure: ErasureView, language: Language) -> list[tuple[str, bool, str]]:
    """What each is called, whether it has answered, and what is left where it cannot erase."""
    return [
        (text(language, f"erasures.service_{one.service}"), one.erased_at is not None, _left(one, language))
        for one in erasure.services
    ]


def _left(one: ServiceErasure, language: Language) -> str:
    if not one.left_outside:
        return ""
    known = one.service in ("calendar_sync", "zoom_issuer")
    return text(language, f"erasures.left_{one.service if known else 'other'}", count=one.left_outside)
