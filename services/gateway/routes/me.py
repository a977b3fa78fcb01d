"""The signed-in staff member."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.edge.etags import etag, expected_version
from services.gateway.edge.limits import address_of
from services.gateway.identity import SignedIn, api_staff
from services.gateway.model import Defaults
from services.gateway.parts import parts_of
from services.gateway.schemas.staff import MePatch, MeView
from services.gateway.usecases.staff_changes import own_choice

router = APIRouter(tags=["staff"])
_PROFILE = {"name", "kana", "time_zone", "locale", "language_chosen", "zone_chosen"}


@router.get("/me")
async def show_me(response: Response, me: Annotated[SignedIn, Depends(api_staff)]) -> MeView:
    """With the remembered defaults (R11, R12, R14, R16)."""
    response.headers["ETag"] = etag(me.staff.version)
    return MeView.of_self(me.staff)


@router.delete("/me/defaults")
async def forget_defaults(request: Request, me: Annotated[SignedIn, Depends(api_staff)]) -> MeView:
    """Forget what was chosen last: the next proposal starts from the beginning."""
    blank = Defaults()
    await parts_of(request).staff.remember(me.staff.id, blank, set(Defaults.model_fields))
    return MeView.of_self(me.staff.model_copy(update={"defaults": blank}))


@router.patch("/me")
async def change_me(
    request: Request,
    response: Response,
    patch: MePatch,
    me: Annotated[SignedIn, Depends(api_staff)],
    expected: Annotated[int | None, Depends(expected_version)],
) -> MeView:
    """A new password ends the other sessions."""
    parts = parts_of(request)
    password = patch.password.get_secret_value() if patch.password else None
    if password is not None:
        await parts.check_password(me.staff, patch.current_password, address_of(request))
    changes = own_choice(patch.model_dump(include=_PROFILE, exclude_unset=True, exclude_none=True))
    if patch.defaults is not None:
        chosen = patch.defaults.model_dump(exclude_unset=True, exclude_none=True)
        changes["defaults"] = me.staff.defaults.model_copy(update=chosen)
    changed = await parts.change_staff(
        me.organization.id,
        me.staff.id,
        changes,
        expected=expected,
        request_id=me.request_id,
        password=password,
        keep_session=me.session_id,
    )
    if patch.calendar_view is not None:
        await parts.staff.choose_calendar_view(changed.id, patch.calendar_view)
        changed = changed.model_copy(update={"calendar_view": patch.calendar_view})
    response.headers["ETag"] = etag(changed.version)
    return MeView.of_self(changed)
