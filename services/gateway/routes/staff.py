"""Staff: search, add, change (R9)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.cursors import after, cursor_of
from services.gateway.edge.etags import etag, expected_version
from services.gateway.identity import SignedIn, api_staff, require_admin
from services.gateway.model import Role
from services.gateway.parts import parts_of
from services.gateway.schemas.staff import StaffCreate, StaffList, StaffPatch, StaffView
from services.gateway.scopes import NotForKeys
from services.gateway.usecases.staff_changes import own_choice
from services.gateway.usecases.zoom_users import check_zoom_user
from shared.problem import Forbidden, NotFound

router = APIRouter(prefix="/staff", tags=["staff"])
_BY_PEOPLE = {"password", "role", "email"}
_OWN = {"name", "kana", "time_zone", "locale", "language_chosen", "zone_chosen"}


@router.get("")
async def search_staff(
    request: Request,
    me: Annotated[SignedIn, Depends(api_staff)],
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> StaffList:
    """By name, kana, Latin letters or address; all words must be found. Disabled staff are listed too, and say so."""
    found = await parts_of(request).staff.search(me.organization.id, q, after=after(cursor), limit=limit + 1)
    items = [StaffView.of(staff, me.staff) for staff in found[:limit]]
    return StaffList(items=items, next_cursor=cursor_of(items[-1].id) if len(found) > limit else None)


@router.post("", status_code=201)
async def add_staff(
    request: Request, response: Response, asked: StaffCreate, me: Annotated[SignedIn, Depends(api_staff)]
) -> StaffView:
    """Administrators only. Who is added without a password is mailed an invitation to choose one. An API key can give
    nobody a password, nor make administrators.
    """
    require_admin(me)
    if me.key and (asked.password or asked.role is not Role.MEMBER):
        raise NotForKeys()
    staff = await parts_of(request).add_staff(me.organization, me.staff, asked, me.request_id)
    response.headers["ETag"] = etag(staff.version)
    response.headers["Location"] = f"/api/v1/staff/{staff.id}"
    return StaffView.of(staff, me.staff)


@router.get("/{staff_id}")
async def show_staff(
    request: Request, response: Response, staff_id: str, me: Annotated[SignedIn, Depends(api_staff)]
) -> StaffView:
    """One of the caller's organization."""
    staff = await parts_of(request).staff.find_in(me.organization.id, staff_id)
    if staff is None:
        raise NotFound()
    response.headers["ETag"] = etag(staff.version)
    return StaffView.of(staff, me.staff)


@router.post("/{staff_id}/invitation")
async def invite_staff(
    request: Request, response: Response, staff_id: str, me: Annotated[SignedIn, Depends(api_staff)]
) -> StaffView:
    """Mail a link to choose a password with, good for seven days and once; any earlier link ends.

    Administrators only.
    """
    require_admin(me)
    staff = await parts_of(request).invite_staff(me.staff, staff_id, me.request_id)
    response.headers["ETag"] = etag(staff.version)
    return StaffView.of(staff, me.staff)


@router.patch("/{staff_id}")
async def change_staff(
    request: Request,
    response: Response,
    staff_id: str,
    patch: StaffPatch,
    me: Annotated[SignedIn, Depends(api_staff)],
    expected: Annotated[int | None, Depends(expected_version)],
) -> StaffView:
    """Administrators everything; members their own name, kana, time zone and language. With an API key neither
    password, nor role, nor address: with them it could become whom it likes.
    """
    if me.key and patch.model_fields_set & _BY_PEOPLE:
        raise NotForKeys()
    changes = patch.model_dump(exclude={"password"}, exclude_unset=True, exclude_none=True)
    password = patch.password.get_secret_value() if patch.password else None
    if staff_id == me.staff.id:
        changes = own_choice(changes)
    if not me.staff.is_admin and (staff_id != me.staff.id or password or not changes.keys() <= _OWN):
        raise Forbidden()
    if "zoom_user" in changes:
        await check_zoom_user(parts_of(request).backends.zoom_issuer, me.caller(), str(changes["zoom_user"]))
    staff = await parts_of(request).change_staff(
        me.organization.id,
        staff_id,
        changes,
        expected=expected,
        request_id=me.request_id,
        password=password,
        keep_session=me.session_id,
    )
    response.headers["ETag"] = etag(staff.version)
    return StaffView.of(staff, me.staff if staff.id != me.staff.id else staff)


@router.delete("/{staff_id}/identity", status_code=204)
async def unlink_identity(request: Request, staff_id: str, me: Annotated[SignedIn, Depends(api_staff)]) -> Response:
    """Forget which account at the OpenID Connect provider is theirs: the next sign-in links anew.

    Administrators only.
    """
    require_admin(me)
    parts = parts_of(request)
    if await parts.staff.find_in(me.organization.id, staff_id) is None:
        raise NotFound()
    await parts.identities.unlink(staff_id)
    return Response(status_code=204)
