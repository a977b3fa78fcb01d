"""calendar_sync and zoom_issuer: both keep OAuth links in the same way; calendar_sync knows busy time besides."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from services.gateway.providers.answers import (
    AuthorizeUrl,
    BusyList,
    Connected,
    ConnectionList,
    ConnectionView,
    ExplainedCalendars,
    FrozenCalendars,
    Provider,
    RoomBusyList,
    RoomDirectory,
)
from services.gateway.providers.backend import Backend, BackendProblem
from services.gateway.providers.calendars import CalendarsView
from services.gateway.schemas.connections import ResumeDecision
from shared.internal import Caller


class Connecting(Backend):
    """A service that keeps links to providers. Every method raises ``BackendProblem``."""

    async def authorize(
        self, caller: Caller, provider: Provider, *, email: str, redirect_uri: str, locale: str, rooms: bool
    ) -> AuthorizeUrl:
        body = {"email": email, "redirect_uri": redirect_uri, "locale": locale, **({"rooms": True} if rooms else {})}
        return await self.read(AuthorizeUrl, "POST", f"/internal/connections/{provider}/authorize", caller, body=body)

    async def callback(self, caller: Caller, provider: Provider, answer: Mapping[str, str | None]) -> Connected:
        """``answer`` is what the provider's redirect brought: state, code, error, error_description."""
        body = {**answer, "staff_id": caller.staff_id}
        return await self.read(Connected, "POST", f"/internal/connections/{provider}/callback", caller, body=body)

    async def connections(self, caller: Caller) -> ConnectionList:
        return await self.read(ConnectionList, "GET", "/internal/connections", caller)

    async def disconnect(self, caller: Caller, provider: Provider) -> ConnectionView:
        return await self.read(ConnectionView, "DELETE", f"/internal/connections/{provider}", caller)

    async def frozen(self, caller: Caller) -> FrozenCalendars:
        """For administrators."""
        return await self.read(FrozenCalendars, "GET", "/internal/connections/frozen", caller)

    async def resume(
        self, caller: Caller, provider: Provider, decision: ResumeDecision, staff_id: str | None
    ) -> ConnectionView:
        body = {"decision": decision, **({"staff_id": staff_id} if staff_id else {})}
        return await self.read(ConnectionView, "POST", f"/internal/connections/{provider}/resume", caller, body=body)


class CalendarSync(Connecting):
    """Links to Google and Microsoft, the mirror of busy time, and rooms."""

    async def busy(self, caller: Caller, staff_ids: Sequence[str], start: datetime, end: datetime) -> BusyList:
        query = {"staff_ids": ",".join(staff_ids), "from": start.isoformat(), "to": end.isoformat()}
        return await self.read(BusyList, "GET", "/internal/busy", caller, query=query)

    async def rooms(self, caller: Caller) -> RoomDirectory:
        return await self.read(RoomDirectory, "GET", "/internal/rooms", caller)

    async def read_rooms(self, caller: Caller) -> RoomDirectory:
        return await self.read(RoomDirectory, "POST", "/internal/rooms/read", caller)

    async def busy_rooms(
        self, caller: Caller, room_ids: Sequence[str], start: datetime, end: datetime, *, budget: timedelta
    ) -> dict[str, bool | None]:
        """By id; empty where nobody answers: then nothing is known of any."""
        body = {
            "room_ids": list(room_ids),
            "start": start.isoformat(),
            "end": end.isoformat(),
            "budget_s": budget.total_seconds(),
        }
        try:
            found = await self.read(RoomBusyList, "POST", "/internal/rooms/busy", caller, body=body)
        except BackendProblem:
            return {}
        return {item.id: item.busy for item in found.items}

    async def explain(self, caller: Caller, staff_id: str, at: datetime) -> ExplainedCalendars:
        query = {"staff_id": staff_id, "at": at.isoformat()}
        return await self.read(ExplainedCalendars, "GET", "/internal/explain", caller, query=query)

    async def calendars(self, caller: Caller, provider: Provider) -> CalendarsView:
        """As the provider lists them now (V8)."""
        return await self.read(CalendarsView, "GET", f"/internal/connections/{provider}/calendars", caller)

    async def choose_calendars(
        self, caller: Caller, provider: Provider, busy: Sequence[str], entries: str
    ) -> CalendarsView:
        body = {"busy": list(busy), "entries": entries}
        return await self.read(CalendarsView, "PUT", f"/internal/connections/{provider}/calendars", caller, body=body)
