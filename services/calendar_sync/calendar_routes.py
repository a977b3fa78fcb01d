"""Which of an account's calendars count as busy and which one takes entries (V8)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from services.calendar_sync.model.calendars import CalendarChoice, ListedCalendar, Loss
from services.calendar_sync.model.connection import Connection, connection_id_of
from services.calendar_sync.schemas import Body
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.usecases.choose_calendars import ChooseCalendars, ShownCalendars
from shared.contracts.calendar_sync import Provider
from shared.internal import Caller, caller

For = Annotated[Caller, Depends(caller)]
CalendarId = Annotated[str, Field(min_length=1, max_length=1_024)]


class CalendarOut(Body):
    """``main`` where it is the account's main one; ``busy`` and ``entries`` say what was chosen."""

    id: str
    name: str
    main: bool
    writable: bool
    busy: bool
    entries: bool

    @classmethod
    def of(cls, one: ListedCalendar, choice: CalendarChoice) -> "CalendarOut":
        return cls(
            id=one.calendar_id,
            name=one.name,
            main=one.is_main,
            writable=one.can_write,
            busy=one.calendar_id in choice.busy,
            entries=one.calendar_id == choice.entries,
        )


class LostOut(Body):
    """A calendar that was chosen and cannot be used any more."""

    name: str
    reason: Loss


class CalendarsOut(Body):
    """``complete`` is false where the grant shows the main calendar only: connecting again shows the others."""

    items: list[CalendarOut]
    complete: bool
    lost: list[LostOut]

    @classmethod
    def of(cls, shown: ShownCalendars) -> "CalendarsOut":
        return cls(
            items=[CalendarOut.of(one, shown.choice) for one in shown.listed],
            complete=shown.complete,
            lost=[LostOut(name=one.name, reason=one.loss) for one in shown.choice.lost],
        )


class Chosen(Body):
    """The whole choice."""

    busy: Annotated[list[CalendarId], Field(max_length=50)]
    entries: CalendarId


def add_calendar_routes(router: APIRouter, connections: Connections, calendars: ChooseCalendars) -> None:
    async def link(provider: Provider, who: Caller) -> Connection | None:
        found = await connections.find(connection_id_of(who.staff_id, provider))
        return found if found is not None and found.organization_id == who.organization_id else None

    @router.get("/connections/{provider}/calendars")
    async def show(provider: Provider, who: For) -> CalendarsOut:
        return CalendarsOut.of(await calendars.show(await link(provider, who)))

    @router.put("/connections/{provider}/calendars")
    async def choose(provider: Provider, body: Chosen, who: For) -> CalendarsOut:
        return CalendarsOut.of(await calendars.choose(await link(provider, who), body.busy, body.entries))
