"""For whom a Zoom user of the organization's account hosts (C2, E1). Nobody loses an assignment unseen: what another
tab or administrator gave meanwhile is told, and replaced only by who saw it.
"""

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from services.gateway.identity import SignedIn, require_admin
from services.gateway.model import Staff
from services.gateway.pages.reader import Form
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given
from services.gateway.pages.zoom_page import PAGE, Held, ToldOnThePage, asked_of, back, everybody, zoom_of, zoom_page
from services.gateway.parts import parts_of
from services.gateway.usecases.zoom_users import BasicZoomUser, UnknownZoomUser, check_zoom_user
from shared.problem import VersionMismatch

router = APIRouter(route_class=ToldOnThePage)


@router.post(f"{PAGE}/map")
async def map_user(request: Request, signed_in: Form) -> Response:
    """This Zoom user hosts for the staff member whose address was given; with ``clear`` no longer for that one."""
    require_admin(signed_in)
    form = await request.form()
    address, user = given(form, "staff_email").strip()[:255], given(form, "zoom_user")[:255]
    found = await everybody(request, signed_in)
    person = next((one for one in found if one.email.casefold() == address.casefold()), None)
    if person is None or not user:
        problem = text(language_for(request), "zoom.nobody", email=address)
        return await zoom_page(request, signed_in, problem=problem, status=422)
    if given(form, "clear") == "1":
        return await _clear(request, signed_in, form, person, user)
    return await _assign(request, signed_in, form, person, user)


async def _assign(request: Request, signed_in: SignedIn, form: FormData, person: Staff, user: str) -> Response:
    language, row = language_for(request), given(form, "row")[:255]
    if person.zoom_user and not _same(person.zoom_user, user) and given(form, "instead_of") != person.zoom_user:
        held = Held(person, person.zoom_user, user, row)
        return await zoom_page(request, signed_in, held=held, status=409)
    try:
        await check_zoom_user(zoom_of(request), signed_in.caller(), user)
        await _write(request, signed_in, person, user)
    except (UnknownZoomUser, BasicZoomUser) as wrong:
        return await zoom_page(request, signed_in, problem=wrong.detail(language), status=wrong.status)
    except VersionMismatch as overtaken:
        problem = text(language, "common.changed_meanwhile")
        return await zoom_page(request, signed_in, problem=problem, status=overtaken.status)
    return back("mapped", row, **asked_of(request))


async def _clear(request: Request, signed_in: SignedIn, form: FormData, person: Staff, user: str) -> Response:
    """A second time nothing is left to clear, which is what was wanted; another assignment stays."""
    language = language_for(request)
    if person.zoom_user and not _same(person.zoom_user, user):
        problem = text(language, "zoom.not_cleared", name=person.name, now=person.zoom_user)
        return await zoom_page(request, signed_in, problem=problem, status=409)
    try:
        await _write(request, signed_in, person, "")
    except VersionMismatch as overtaken:
        problem = text(language, "common.changed_meanwhile")
        return await zoom_page(request, signed_in, problem=problem, status=overtaken.status)
    return back("unmapped", given(form, "row")[:255], **asked_of(request))


async def _write(request: Request, signed_in: SignedIn, person: Staff, user: str) -> None:
    await parts_of(request).change_staff(
        signed_in.organization.id,
        person.id,
        {"zoom_user": user},
        expected=person.version,
        request_id=signed_in.request_id,
    )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
