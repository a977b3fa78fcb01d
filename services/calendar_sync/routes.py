"""The internal API: connections, busy times, looks, and notifications that the gateway hands on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from pydantic import AwareDatetime

from services.calendar_sync import schemas
from services.calendar_sync.calendar_routes import add_calendar_routes
from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.connection import connection_id_of
from services.calendar_sync.problems import EndBeforeStart, NotFrozen, ToBeforeFrom
from services.calendar_sync.room_routes import add_room_routes
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.usecases.choose_calendars import ChooseCalendars
from services.calendar_sync.usecases.connect import ConnectCalendar
from services.calendar_sync.usecases.disconnect import DisconnectCalendar
from services.calendar_sync.usecases.explain_busy import ExplainBusy
from services.calendar_sync.usecases.freeze import ResumeSync
from services.calendar_sync.usecases.look import LookAtCalendars
from services.calendar_sync.usecases.show_busy import ShowBusyTimes
from services.calendar_sync.usecases.show_rooms import AskRooms, ShowRooms
from services.calendar_sync.usecases.watch import HearNotification
from shared.contracts.calendar_sync import Provider
from shared.internal import Caller, caller, check_admin, require_caller
from shared.oauth_attempts import Return
from shared.problem import Forbidden, InvalidInput, NotFound
from shared.webhooks import Heard

For = Annotated[Caller, Depends(caller)]


@dataclass(frozen=True)
class UseCases:
    """What the routes call."""

    connect: ConnectCalendar
    disconnect: DisconnectCalendar
    resume: ResumeSync
    connections: Connections
    show_busy: ShowBusyTimes
    explain_busy: ExplainBusy
    look: LookAtCalendars
    notifications: HearNotification
    show_rooms: ShowRooms
    ask_rooms: AskRooms
    calendars: ChooseCalendars


def build_router(api_tokens: str, do: UseCases) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(require_caller(api_tokens))])
    _add_connections(router, do)
    _add_busy_times(router, do)
    _add_notifications(router, do)
    add_room_routes(router, do.show_rooms, do.ask_rooms)
    add_calendar_routes(router, do.connections, do.calendars)
    return router


def _add_connections(router: APIRouter, do: UseCases) -> None:
    @router.post("/connections/{provider}/authorize")
    async def authorize(provider: Provider, body: schemas.Begin, who: For) -> schemas.Begun:
        url = await do.connect.begin(
            provider,
            organization_id=who.organization_id,
            staff_id=who.staff_id,
            email=body.email,
            redirect_uri=body.redirect_uri,
            rooms=body.rooms,
        )
        return schemas.Begun(authorize_url=url)

    @router.post("/connections/{provider}/callback")
    async def callback(
        provider: Provider,
        body: schemas.Callback,
        x_organization_id: Annotated[str, Header()] = "",
        x_request_id: Annotated[str, Header()] = "",
    ) -> schemas.Connected:
        """The state names the organization; a header that names another is refused."""
        back = Return(
            state=body.state or "",
            code=body.code or "",
            error=body.error or "",
            error_description=body.error_description or "",
            staff_id=body.staff_id,
        )
        made = await do.connect.finish(provider, back, organization_id=x_organization_id, request_id=x_request_id)
        return schemas.Connected(
            staff_id=made.staff_id, provider=made.provider, status=made.status, account=made.account
        )

    @router.get("/connections")
    async def list_connections(who: For) -> schemas.ConnectionsOut:
        found = await do.connections.of_staff([who.staff_id], organization_id=who.organization_id)
        by_provider = {one.provider: one for one in found}
        items = [schemas.ShownConnection.of(provider, by_provider.get(provider)) for provider in Provider]
        return schemas.ConnectionsOut(items=items)

    @router.get("/connections/frozen")
    async def list_frozen(who: For) -> schemas.FrozenConnections:
        """Of the whole organization."""
        check_admin(who)
        found = await do.connections.frozen_of(who.organization_id)
        items = [
            schemas.FrozenConnection(
                staff_id=one.staff_id, provider=one.provider, frozen=schemas.FrozenOut.of(one.frozen)
            )
            for one in found
        ]
        return schemas.FrozenConnections(items=items)

    @router.post("/connections/{provider}/resume")
    async def resume(provider: Provider, body: schemas.Resume, who: For) -> schemas.ShownConnection:
        """The owner's or an administrator's decision about a frozen calendar."""
        staff_id = body.staff_id or who.staff_id
        if staff_id != who.staff_id and not who.is_admin:
            raise Forbidden()
        found = await do.connections.find(connection_id_of(staff_id, provider))
        if found is None or found.organization_id != who.organization_id:
            raise NotFound()
        if not await do.resume(found, body.decision):
            raise NotFrozen()
        return schemas.ShownConnection.of(provider, await do.connections.find(found.connection_id))

    @router.delete("/connections/{provider}")
    async def disconnect(provider: Provider, who: For) -> schemas.Disconnected:
        found = await do.connections.find(connection_id_of(who.staff_id, provider))
        left = []
        if found is not None and found.organization_id == who.organization_id:
            left = await do.disconnect(found, request_id=who.request_id)
        return schemas.Disconnected.after(provider, left)


def _add_busy_times(router: APIRouter, do: UseCases) -> None:
    @router.get("/busy")
    async def show_busy(
        who: For,
        staff_ids: Annotated[str, Query(max_length=20_000)],
        start: Annotated[AwareDatetime, Query(alias="from")],
        end: Annotated[AwareDatetime, Query(alias="to")],
    ) -> schemas.BusyOut:
        names = list(dict.fromkeys(name for name in staff_ids.split(",") if name))
        shown = await do.show_busy(who.organization_id, names, _window(start, end, ToBeforeFrom))
        return schemas.BusyOut(items=[schemas.StaffBusy.of(one) for one in shown])

    @router.get("/explain")
    async def explain(
        who: For, staff_id: Annotated[str, Query(max_length=100)], at: AwareDatetime
    ) -> schemas.ExplainedOut:
        return schemas.ExplainedOut.of(await do.explain_busy(who.organization_id, staff_id, at))

    @router.post("/look")
    async def look(body: schemas.Look, who: For) -> schemas.LookOut:
        looked = await do.look(
            who.organization_id,
            list(dict.fromkeys(body.staff_ids)),
            _window(body.start, body.end, EndBeforeStart),
            max_age=timedelta(seconds=body.max_age_s),
            budget=timedelta(seconds=body.budget_s),
        )
        return schemas.LookOut(items=[schemas.StaffLooked.of(one) for one in looked])


def _add_notifications(router: APIRouter, do: UseCases) -> None:
    @router.post("/notifications/google")
    async def from_google(body: schemas.Notification) -> Heard:
        return await do.notifications.google(body.headers)

    @router.post("/notifications/microsoft")
    async def from_microsoft(body: schemas.Notification) -> Heard:
        return await do.notifications.microsoft(body.query, body.body)


def _window(start: AwareDatetime, end: AwareDatetime, wrong: type[InvalidInput]) -> Window:
    if end <= start:
        raise wrong()
    return Window(start, end)
