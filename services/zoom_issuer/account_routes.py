"""What the gateway asks of an organization's Zoom account (C1, C2). Only administrators change it; that is the
gateway's to see to, and is seen to here again.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, SecretStr, StringConstraints

from services.zoom_issuer.account_views import AccountView, AccountViews, OfferView, TouchedView, UserList
from services.zoom_issuer.store.connections import Connection
from services.zoom_issuer.store.offers import Offer
from services.zoom_issuer.usecases.connect_account import ConnectAccount, Credentials
from shared.internal import Caller, caller, check_admin, require_caller
from shared.oauth_attempts import Return

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class CredentialsRequest(BaseModel):
    """Of a server-to-server app at Zoom."""

    account_id: Word
    client_id: Word
    client_secret: SecretStr


class AuthorizeRequest(BaseModel):
    email: str
    redirect_uri: str


class AuthorizeAnswer(BaseModel):
    authorize_url: str


class CallbackRequest(BaseModel):
    """With what Zoom sent the administrator back."""

    state: str
    code: str | None = None
    error: str | None = None
    error_description: str | None = None


class Connected(BaseModel):
    """``offer`` where an administrator's word is still needed, and nothing has changed yet."""

    account: AccountView
    offer: OfferView | None = None


class TouchedList(BaseModel):
    items: list[TouchedView]


async def _admin(who: Caller = Depends(caller)) -> Caller:
    check_admin(who)
    return who


Anybody = Annotated[Caller, Depends(caller)]
Admin = Annotated[Caller, Depends(_admin)]


def build_account_router(connect: ConnectAccount, views: AccountViews, api_tokens: str) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(require_caller(api_tokens))])

    async def account_of(who: Caller) -> AccountView:
        return await views.account(who.organization_id, consent_offered=connect.offers_consent)

    async def outcome(who: Caller, made: Connection | Offer) -> Connected:
        offer = await views.offer(who.organization_id, made) if isinstance(made, Offer) else None
        return Connected(account=await account_of(who), offer=offer)

    @router.get("/zoom-account")
    async def show(who: Anybody) -> AccountView:
        return await account_of(who)

    @router.post("/zoom-account")
    async def connect_account(body: CredentialsRequest, who: Admin) -> Connected:
        given = Credentials(body.account_id, body.client_id, body.client_secret.get_secret_value().strip())
        return await outcome(who, await connect.with_credentials(who, given))

    @router.post("/zoom-account/authorize")
    async def authorize(body: AuthorizeRequest, who: Admin) -> AuthorizeAnswer:
        return AuthorizeAnswer(authorize_url=await connect.authorize(who, body.email, body.redirect_uri))

    @router.post("/zoom-account/callback")
    async def callback(body: CallbackRequest, who: Admin) -> Connected:
        back = Return(
            state=body.state,
            code=body.code or "",
            error=body.error or "",
            error_description=body.error_description or "",
            staff_id=who.staff_id,
        )
        return await outcome(who, await connect.complete(who, back))

    @router.get("/zoom-account/touched")
    async def touched(who: Admin) -> TouchedList:
        return TouchedList(items=await views.touched(who.organization_id))

    @router.post("/zoom-account/refresh")
    async def refresh(who: Admin) -> AccountView:
        await connect.list_again(who)
        return await account_of(who)

    @router.get("/zoom-account/offers/{offer_id}")
    async def offer(offer_id: str, who: Admin) -> OfferView:
        return await views.offer(who.organization_id, await connect.offer(who, offer_id))

    @router.post("/zoom-account/offers/{offer_id}/confirm")
    async def confirm(offer_id: str, who: Admin) -> AccountView:
        await connect.confirm(who, offer_id)
        return await account_of(who)

    @router.delete("/zoom-account/offers/{offer_id}")
    async def refuse(offer_id: str, who: Admin) -> AccountView:
        await connect.refuse(who, offer_id)
        return await account_of(who)

    @router.delete("/zoom-account")
    async def disconnect(who: Admin) -> AccountView:
        await connect.disconnect(who)
        return await account_of(who)

    @router.get("/zoom-users")
    async def users(
        who: Anybody,
        q: str = "",
        limit: Annotated[int, Query(ge=1, le=300)] = 50,
        after: Annotated[int, Query(ge=0)] = 0,
        own: bool = False,
    ) -> UserList:
        return await views.users(who.organization_id, q, limit, after, own=own)

    return router
