"""What the gateway asks about changes at Zoom (E7): notifications as they came, and freezes (G17)."""

from datetime import datetime
from enum import StrEnum

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.zoom_issuer.problems import NotFrozen
from services.zoom_issuer.store.connections import PROVIDER, Connection, Connections, ConnectionStatus
from services.zoom_issuer.store.freezes import Freeze, Freezes
from services.zoom_issuer.usecases.freeze import ResumeMeetings
from services.zoom_issuer.usecases.hear_zoom import HearZoom
from shared.internal import Caller, caller, check_admin, require_caller
from shared.problem import Forbidden
from shared.webhooks import Heard


class Notification(BaseModel):
    """A webhook as Zoom sent it; header names in any case."""

    headers: dict[str, str]
    body: str


class FrozenView(BaseModel):
    """So many of ``coming`` meetings are ``missing`` at once that a person has to say whether that is right."""

    at: datetime
    missing: int
    coming: int


class FrozenConnection(BaseModel):
    """Whose meetings are frozen."""

    staff_id: str
    provider: str
    frozen: FrozenView


class FrozenConnections(BaseModel):
    """Of the organization."""

    items: list[FrozenConnection]


class Decision(StrEnum):
    """``accept``: what is missing was deleted; ``restore``: it is made anew."""

    ACCEPT = "accept"
    RESTORE = "restore"


class ResumeRequest(BaseModel):
    """Administrators may name whose it is."""

    decision: Decision
    staff_id: str | None = None


class ResumedView(BaseModel):
    """The link afterwards."""

    provider: str
    status: ConnectionStatus
    account: str


def build_watch_router(
    hear: HearZoom, freezes: Freezes, resume: ResumeMeetings, connections: Connections, api_tokens: str
) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(require_caller(api_tokens))])

    @router.post("/notifications/zoom")
    async def from_zoom(body: Notification) -> Heard:
        return await hear(body.headers, body.body.encode())

    @router.get("/connections/frozen")
    async def list_frozen(who: Caller = Depends(caller)) -> FrozenConnections:
        check_admin(who)
        found = await freezes.of_organization(who.organization_id)
        items = [FrozenConnection(staff_id=one.staff_id, provider=PROVIDER, frozen=frozen_view(one)) for one in found]
        return FrozenConnections(items=items)

    @router.post("/connections/zoom/resume")
    async def resume_meetings(body: ResumeRequest, who: Caller = Depends(caller)) -> ResumedView:
        """The owner's or an administrator's decision."""
        staff_id = body.staff_id or who.staff_id
        if staff_id != who.staff_id and not who.is_admin:
            raise Forbidden()
        if not await resume(who.organization_id, staff_id, accept=body.decision is Decision.ACCEPT):
            raise NotFrozen()
        return _resumed(await connections.find(who.organization_id, staff_id))

    return router


def frozen_view(freeze: Freeze) -> FrozenView:
    return FrozenView(at=freeze.at, missing=freeze.missing, coming=freeze.coming)


def _resumed(connection: Connection | None) -> ResumedView:
    status = connection.status if connection else ConnectionStatus.DISCONNECTED
    return ResumedView(provider=PROVIDER, status=status, account=connection.account if connection else "")
