"""What the gateway asks of zoom_issuer: the connections of staff members."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel

from services.zoom_issuer.store.connections import PROVIDER, Connection, Connections, ConnectionStatus
from services.zoom_issuer.store.freezes import Freezes
from services.zoom_issuer.usecases.budget_left import BudgetLeft
from services.zoom_issuer.usecases.connect import Connect
from services.zoom_issuer.usecases.hosting import Hosts
from services.zoom_issuer.watch_routes import FrozenView, frozen_view
from shared.internal import Caller, caller, require_caller
from shared.oauth_attempts import Return


class AuthorizeRequest(BaseModel):
    """Where the person came from, and where Zoom is to send them back to."""

    email: str
    redirect_uri: str
    locale: str = "ja"


class AuthorizeAnswer(BaseModel):
    """Zoom's page to go to."""

    authorize_url: str


class CallbackRequest(BaseModel):
    """With what Zoom sent the person back; ``staff_id`` is who is signed in now."""

    state: str
    staff_id: str
    code: str | None = None
    error: str | None = None
    error_description: str | None = None


class ConnectionView(BaseModel):
    """One staff member's link as pages show it; never connected is ``disconnected``. ``by_account``: the organization's
    account has a user for them (C1). ``requests_left`` is what the day of whoever hosts for them still has (C4).
    """

    provider: str
    status: ConnectionStatus
    account: str
    staff_id: str
    frozen: FrozenView | None = None
    by_account: bool = False
    requests_left: int | None = None
    requests_reset_at: datetime | None = None


class ConnectionList(BaseModel):
    """The caller's links to Zoom: always one."""

    items: list[ConnectionView]


def build_router(
    connect: Connect, connections: Connections, hosts: Hosts, freezes: Freezes, budget: BudgetLeft, api_tokens: str
) -> APIRouter:
    router = APIRouter(prefix="/internal/connections", dependencies=[Depends(require_caller(api_tokens))])

    @router.get("")
    async def list_connections(who: Caller = Depends(caller)) -> ConnectionList:
        row = await connections.find(who.organization_id, who.staff_id)
        freeze = await freezes.of(row.connection_id) if row else None
        frozen = frozen_view(freeze) if freeze else None
        hosted = await hosts.by_account(who.organization_id, who.staff_id)
        known: dict[str, object] = {"frozen": frozen, "by_account": hosted}
        if left := await budget.of_staff(who.organization_id, who.staff_id):
            known |= {"requests_left": left.requests, "requests_reset_at": left.resets_at}
        return ConnectionList(items=[_view(row, who.staff_id).model_copy(update=known)])

    @router.post("/zoom/authorize")
    async def authorize(body: AuthorizeRequest, who: Caller = Depends(caller)) -> AuthorizeAnswer:
        url = await connect.authorize(who.organization_id, who.staff_id, body.email, body.redirect_uri)
        return AuthorizeAnswer(authorize_url=url)

    @router.post("/zoom/callback")
    async def callback(body: CallbackRequest, x_request_id: Annotated[str, Header()] = "") -> ConnectionView:
        back = Return(
            state=body.state,
            code=body.code or "",
            error=body.error or "",
            error_description=body.error_description or "",
            staff_id=body.staff_id,
        )
        return _view(await connect.complete(back, request_id=x_request_id), body.staff_id)

    @router.delete("/zoom")
    async def disconnect(who: Caller = Depends(caller)) -> ConnectionView:
        ended = await connect.disconnect(who.organization_id, who.staff_id, request_id=who.request_id)
        return _view(ended, who.staff_id)

    return router


def _view(connection: Connection | None, staff_id: str) -> ConnectionView:
    status = connection.status if connection else ConnectionStatus.DISCONNECTED
    account = connection.account if connection else ""
    return ConnectionView(provider=PROVIDER, status=status, account=account, staff_id=staff_id)
