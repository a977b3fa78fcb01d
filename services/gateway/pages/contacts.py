"""Contacts: the list, and one of them with what they booked (H6, H7)."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import if_match
from services.gateway.identity import SignedIn, require_admin
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.contacts import ContactDetail, ContactList
from shared.contracts.api.erasures import ErasureView
from shared.contracts.api.page_guests import UtmView
from shared.problem import VersionMismatch

router = APIRouter()
_LISTED = 50
_MOST_PEOPLE = 300
_FIELDS = ("name", "company", "owner_id")
_SAID = ("changed",)


@router.get("/contacts")
async def show_list(request: Request, signed_in: Session) -> Response:
    query = request.query_params
    asked = {"q": query.get("q", "").strip()[:255], "owner_id": query.get("owner_id", "")[:100]}
    wanted = asked | {"limit": str(_LISTED), "cursor": query.get("cursor", "")[:500]}
    reply = await parts_of(request).backends.booking.contacts(signed_in.caller(), _given(wanted))
    listed = reply.read(ContactList)
    more = urlencode(_given(asked) | {"cursor": listed.next_cursor}) if listed.next_cursor else ""
    owners = [one.owner_id for one in listed.items if one.owner_id]
    return staff_page(
        request,
        signed_in,
        "staff/contacts.html",
        {
            "items": listed.items,
            "owners": await parts_of(request).staff.names_of(signed_in.organization.id, owners),
            "words": asked["q"],
            "owner_id": asked["owner_id"],
            "people": await _people(request, signed_in, asked["owner_id"]),
            "more_url": f"/contacts?{more}" if more else "",
            "said": _said(request),
        },
    )


@router.get("/contacts/{contact_id}")
async def show(request: Request, contact_id: str, signed_in: Session) -> Response:
    return await _page(request, signed_in, contact_id)


@router.post("/contacts/{contact_id}")
async def change(request: Request, contact_id: str, signed_in: Form) -> Response:
    """What was left as it was seen is not sent: it stays the guest's own word."""
    form = await request.form()
    typed = {name: given(form, name).strip() for name in _FIELDS}
    changes: dict[str, str | None] = {
        name: typed[name] for name in _FIELDS if typed[name] != given(form, f"seen_{name}")
    }
    if "owner_id" in changes:
        changes["owner_id"] = changes["owner_id"] or None
    booking = parts_of(request).backends.booking
    try:
        tag = if_match(f'"r{given(form, "version")}"')
        await booking.change_contact(signed_in.caller(), contact_id, orjson.dumps(changes), if_match=tag)
    except VersionMismatch:
        return await _changed_meanwhile(request, signed_in, contact_id)
    except BackendProblem as problem:
        if problem.status == 404:
            raise
        if problem.code == VersionMismatch.code:
            return await _changed_meanwhile(request, signed_in, contact_id)
        errors = {str(one["pointer"]).removeprefix("/"): str(one["detail"]) for one in problem.errors}
        sentence = text(language_for(request), "common.fix") if errors else problem.detail
        return await _page(
            request, signed_in, contact_id, typed=typed, errors=errors, problem=sentence, status=problem.status
        )
    return RedirectResponse(f"{_path(contact_id)}?said=changed", status_code=303)


@router.post("/contacts/{contact_id}/delete")
async def delete(request: Request, contact_id: str, signed_in: Form) -> Response:
    """Where something is still to come, the page says what (X5)."""
    require_admin(signed_in)
    booking = parts_of(request).backends.booking
    try:
        erasure = (await booking.delete_contact(signed_in.caller(), contact_id)).read(ErasureView)
    except BackendProblem as problem:
        if problem.status != 409:
            raise
        coming = [str(one) for one in problem.body.get("coming", ())]
        return await _page(request, signed_in, contact_id, problem=problem.detail, coming=coming, status=problem.status)
    return RedirectResponse(f"/settings/erasures?said=asked#{erasure.id}", status_code=303)


@router.get("/contacts/{contact_id}/export")
async def export(request: Request, contact_id: str, signed_in: Session) -> Response:
    """A file of everything that is held of the guest (X5)."""
    require_admin(signed_in)
    held = await parts_of(request).export_guest(signed_in.caller(), contact_id)
    return Response(
        held.model_dump_json(indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{quote(contact_id, safe="")}.json"'},
    )


@router.get("/contacts/{contact_id}/delete")
async def leave_step(contact_id: str) -> Response:
    """Reloading what a form answered."""
    return RedirectResponse(_path(contact_id), status_code=303)


async def _changed_meanwhile(request: Request, signed_in: SignedIn, contact_id: str) -> Response:
    """As it is now; what was typed belonged to what is no more."""
    sentence = text(language_for(request), "common.changed_meanwhile")
    return await _page(request, signed_in, contact_id, problem=sentence, status=VersionMismatch.status)


async def _page(
    request: Request,
    signed_in: SignedIn,
    contact_id: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    coming: Sequence[str] = (),
    status: int = 200,
) -> Response:
    contact = (await parts_of(request).backends.booking.contact(signed_in.caller(), contact_id)).read(ContactDetail)
    seen = {name: getattr(contact, name) or "" for name in _FIELDS}
    organizers = [one.organizer_id for one in contact.history] + [seen["owner_id"]]
    return staff_page(
        request,
        signed_in,
        "staff/contact.html",
        {
            "contact": contact,
            "seen": seen,
            "typed": typed or seen,
            "errors": errors or {},
            "problem": problem,
            "coming": [(one, "proposals" if one.startswith("prp_") else "appointments") for one in coming],
            "may_erase": signed_in.staff.is_admin,
            "said": "" if problem else _said(request),
            "names": await parts_of(request).staff.names_of(signed_in.organization.id, organizers),
            "people": await _people(request, signed_in, seen["owner_id"]),
            "tracked": list(UtmView.model_fields),
        },
        status=status,
        here=_path(contact_id),
    )


async def contact_of(request: Request, signed_in: SignedIn, contact_id: str | None) -> str:
    """Where the contact of an appointment is shown; empty where there is none, or it cannot be asked for just now."""
    if not contact_id:
        return ""
    try:
        await parts_of(request).backends.booking.contact(signed_in.caller(), contact_id)
    except BackendProblem:
        return ""
    return _path(contact_id)


async def _people(request: Request, signed_in: SignedIn, chosen: str) -> list[tuple[str, str]]:
    """Who can own a contact, and who does although disabled."""
    staff = parts_of(request).staff
    found = await staff.search(signed_in.organization.id, "", after="", limit=_MOST_PEOPLE, disabled=False)
    people = {one.id: one.name for one in found}
    if chosen and chosen not in people:
        people |= await staff.names_of(signed_in.organization.id, [chosen])
    return list(people.items())


def _said(request: Request) -> str:
    said = request.query_params.get("said", "")
    return text(language_for(request), f"contacts.said_{said}") if said in _SAID else ""


def _path(contact_id: str) -> str:
    return f"/contacts/{quote(contact_id, safe='')}"


def _given(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}
