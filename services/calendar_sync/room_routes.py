"""The internal API of rooms (V3): what is offered, reading again, and which are taken in a span."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.rooms import DirectoryStatus
from services.calendar_sync.problems import EndBeforeStart
from services.calendar_sync.schemas import Body, Id
from services.calendar_sync.usecases.show_rooms import AskRooms, ShownRooms, ShowRooms
from shared.contracts.calendar_sync import Provider
from shared.internal import Caller, caller

For = Annotated[Caller, Depends(caller)]


class BuildingOut(Body):
    """A building or room list."""

    id: str
    name: str
    provider: Provider


class RoomOut(Body):
    """A room; its address stays here."""

    id: str
    name: str
    building_ids: list[str]
    capacity: int | None
    provider: Provider


class RoomsOut(Body):
    """All that can be chosen, by provider and in its order."""

    status: DirectoryStatus
    buildings: list[BuildingOut]
    rooms: list[RoomOut]

    @classmethod
    def of(cls, shown: ShownRooms) -> "RoomsOut":
        return cls(
            status=shown.status,
            buildings=[
                BuildingOut(id=one.building_id, name=one.name, provider=directory.provider)
                for directory in shown.directories
                for one in directory.buildings
            ],
            rooms=[
                RoomOut(
                    id=one.room_id,
                    name=one.name,
                    building_ids=list(one.building_ids),
                    capacity=one.capacity,
                    provider=directory.provider,
                )
                for directory in shown.directories
                for one in directory.offered
            ],
        )


class RoomsAsked(Body):
    """Which rooms, and when."""

    room_ids: Annotated[list[Id], Field(max_length=2_000)]
    start: AwareDatetime
    end: AwareDatetime
    budget_s: Annotated[float, Field(gt=0, le=30)] = 2.0


class RoomTaken(Body):
    """``busy`` is None where the provider could not tell in time."""

    id: str
    busy: bool | None


class RoomsTaken(Body):
    """One item for each room asked for that is offered."""

    items: list[RoomTaken]


def add_room_routes(router: APIRouter, show: ShowRooms, ask: AskRooms) -> None:
    @router.get("/rooms")
    async def rooms(who: For) -> RoomsOut:
        return RoomsOut.of(await show(who.organization_id))

    @router.post("/rooms/read", status_code=202)
    async def read_again(who: For) -> RoomsOut:
        await show.read_again(who.organization_id)
        return RoomsOut.of(await show(who.organization_id))

    @router.post("/rooms/busy")
    async def busy(body: RoomsAsked, who: For) -> RoomsTaken:
        if body.end <= body.start:
            raise EndBeforeStart()
        found = await ask(
            who.organization_id,
            body.room_ids,
            Window(body.start, body.end),
            budget=timedelta(seconds=body.budget_s),
        )
        return RoomsTaken(items=[RoomTaken(id=room_id, busy=taken) for room_id, taken in found.items()])
