"""The organization's Zoom account and its users (C1, C2). Everybody may look, administrators change."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.identity import Admin, SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.providers.answers import AuthorizeUrl
from services.gateway.providers.zoom import (
    TouchedMeetings,
    ZoomAccount,
    ZoomAccountOffer,
    ZoomAccountOutcome,
    ZoomIssuer,
    ZoomUserList,
)
from services.gateway.schemas.zoom import OfferId, ZoomCredentials

router = APIRouter(tags=["zoom account"])
CALLBACK = "/oauth/zoom/account/callback"


Me = Annotated[SignedIn, Depends(api_staff)]


def _zoom(request: Request) -> ZoomIssuer:
    return parts_of(request).backends.zoom_issuer


@router.get("/zoom-users")
async def list_zoom_users(
    request: Request,
    me: Me,
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=300)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,6}$")] = None,
) -> ZoomUserList:
    """Users of the organization's account as they were last listed, with whom each hosts for; then those whom staff
    connected themselves.
    """
    return await _zoom(request).users(me.caller(), q=q, limit=limit, after=int(cursor or 0), own=True)


@router.get("/zoom-account")
async def show_zoom_account(request: Request, me: Me) -> ZoomAccount:
    """``disconnected`` where there is none."""
    return await _zoom(request).account(me.caller())


@router.post("/zoom-account")
async def connect_zoom_account(request: Request, asked: ZoomCredentials, me: Admin) -> ZoomAccountOutcome:
    """Administrators only. With ``offer`` nothing has changed: it replaces an account or serves another organization,
    and is to be confirmed.
    """
    credentials = asked.model_dump(include={"account_id", "client_id"})
    given = credentials | {"client_secret": asked.client_secret.get_secret_value()}
    return await _zoom(request).connect_account(me.caller(), given)


@router.post("/zoom-account/authorize")
async def authorize_zoom_account(request: Request, me: Admin) -> AuthorizeUrl:
    """Administrators only. Where an administrator of the Zoom account consents; the browser comes back signed in."""
    redirect_uri = parts_of(request).settings.public_url.rstrip("/") + CALLBACK
    return await _zoom(request).authorize_account(me.caller(), email=me.staff.email, redirect_uri=redirect_uri)


@router.get("/zoom-account/touched")
async def list_touched_meetings(request: Request, me: Admin) -> TouchedMeetings:
    """Coming meetings that stand on the account, before it is disconnected. Administrators only."""
    return await _zoom(request).touched(me.caller())


@router.post("/zoom-account/refresh", status_code=202)
async def read_zoom_users_again(request: Request, me: Admin) -> ZoomAccount:
    """Has the users listed now instead of within hours; the answer shows what is known so far."""
    return await _zoom(request).list_users_again(me.caller())


@router.get("/zoom-account/offers/{offer_id}")
async def show_zoom_account_offer(request: Request, offer_id: OfferId, me: Admin) -> ZoomAccountOffer:
    """What confirming would do; 410 once it is over."""
    return await _zoom(request).offer(me.caller(), offer_id)


@router.post("/zoom-account/offers/{offer_id}/confirm")
async def confirm_zoom_account_offer(request: Request, offer_id: OfferId, me: Admin) -> ZoomAccount:
    """Replaces the account, or takes it over; 409 where it is not as it was shown any more."""
    return await _zoom(request).confirm_offer(me.caller(), offer_id)


@router.delete("/zoom-account/offers/{offer_id}")
async def refuse_zoom_account_offer(request: Request, offer_id: OfferId, me: Admin) -> ZoomAccount:
    """Ends what was granted; of one that is over nothing is left to refuse."""
    return await _zoom(request).refuse_offer(me.caller(), offer_id)


@router.delete("/zoom-account")
async def disconnect_zoom_account(request: Request, response: Response, me: Admin) -> ZoomAccount:
    """Meetings that stand are left as they are, and cannot be changed until an account is connected again."""
    return await _zoom(request).disconnect_account(me.caller())
