"""What the gateway asks of zoom_issuer: the connections of staff members."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.zoom_issuer.store.connections import PROVIDER, Connections, ConnectionStatus
from services.zoom_issuer.usecases.connect import Connect
from shared.internal import Caller, caller, require_caller
from shared.mongo import Document
from shared.oauth_attempts import Return


class AuthorizeRequest(BaseModel):
    email: str
    redirect_uri: str
    locale: str = "ja"


class AuthorizeAnswer(BaseModel):
    authorize_url: str


class CallbackRequest(BaseModel):
    state: str
    staff_id: str
    code: str | None = None
    error: str | None = None
    error_description: str | None = None


class ConnectionView(BaseModel):
    provider: str
    status: ConnectionStatus
    account: str
    staff_id: str


class ConnectionList(BaseModel):
    items: list[ConnectionView]


def build_router(connect: Connect, connections: Connections, api_tokens: str) -> APIRouter:
    router = APIRouter(prefix="/internal/connections", dependencies=[Depends(require_caller(api_tokens))])

    @router.get("")
    async def list_connections(who: Caller = Depends(caller)) -> ConnectionList:
        row = await connections.find(who.organization_id, who.staff_id)
        return ConnectionList(items=[_view(row, who.staff_id)])

    @router.post("/zoom/authorize")
    async def authorize(body: AuthorizeRequest, who: Caller = Depends(caller)) -> AuthorizeAnswer:
        url = await connect.authorize(who.organization_id, who.staff_id, body.email, body.redirect_uri)
        return AuthorizeAnswer(authorize_url=url)

    @router.post("/zoom/callback")
    async def callback(body: CallbackRequest) -> ConnectionView:
        back = Return(
            state=body.state,
            code=body.code or "",
            error=body.error or "",
            error_description=body.error_description or "",
            staff_id=body.staff_id,
        )
        return _view(await connect.complete(back), body.staff_id)

    @router.delete("/zoom")
    async def disconnect(who: Caller = Depends(caller)) -> ConnectionView:
        return _view(await connect.disconnect(who.organization_id, who.staff_id), who.staff_id)

    return router


def _view(row: Document | None, staff_id: str) -> ConnectionView:
    if row is None:
        return ConnectionView(provider=PROVIDER, status=ConnectionStatus.DISCONNECTED, account="", staff_id=staff_id)
    return ConnectionView(provider=PROVIDER, status=row["status"], account=row.get("account", ""), staff_id=staff_id)
