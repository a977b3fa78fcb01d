"""Which buildings a staff member uses, and which of their rooms are free (R7, V3)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.gateway.model import Staff
from services.gateway.providers.answers import RoomDirectory
from services.gateway.providers.backends import Backends
from services.gateway.schemas.rooms import BuildingsView, BuildingView, RoomsView, RoomView
from services.gateway.store.staff import StaffStore
from shared.internal import Caller
from shared.problem import FieldError, Language, Problem

_BUDGET = timedelta(seconds=2)
"""How long the providers are waited for; what they have not said by then is unknown."""


class UnknownBuilding(Problem):
    """A building that the organization does not have."""

    code, status = "unknown_building", 422
    ja = "このビルディング(会議室グループ)は見つかりません。"
    en = "There is no such building."

    @classmethod
    def at(cls, indexes: Sequence[int], language: Language) -> "UnknownBuilding":
        detail = cls.ja if language == "ja" else cls.en
        errors: list[FieldError] = [{"pointer": f"/building_ids/{index}", "detail": detail} for index in indexes]
        return cls(errors=errors)


class Rooms:
    """calendar_sync knows the rooms, booking what is claimed, the staff store the choice. Raises ``BackendProblem``."""

    def __init__(self, backends: Backends, staff: StaffStore) -> None:
        self._backends = backends
        self._staff = staff

    async def buildings(self, caller: Caller, staff: Staff) -> BuildingsView:
        return _buildings(await self._backends.calendar_sync.rooms(caller), staff.building_ids)

    async def read_again(self, caller: Caller, staff: Staff) -> BuildingsView:
        """As known now; what is read comes with a later question."""
        return _buildings(await self._backends.calendar_sync.read_rooms(caller), staff.building_ids)

    async def choose(self, caller: Caller, staff: Staff, building_ids: Sequence[str]) -> BuildingsView:
        """Raises ``UnknownBuilding``."""
        directory = await self._backends.calendar_sync.rooms(caller)
        known = {building.id for building in directory.buildings}
        unknown = [index for index, building_id in enumerate(building_ids) if building_id not in known]
        if unknown:
            raise UnknownBuilding.at(unknown, caller.language)
        chosen = list(dict.fromkeys(building_ids))
        await self._staff.choose_buildings(staff.id, chosen)
        return _buildings(directory, chosen)

    async def free(self, caller: Caller, staff: Staff, span: tuple[datetime, datetime] | None) -> RoomsView:
        """Rooms of the chosen buildings: taken where Chosei or the provider says so, free where both say so."""
        directory = await self._backends.calendar_sync.rooms(caller)
        names = {building.id: building.name for building in directory.buildings}
        chosen = [building_id for building_id in names if building_id in staff.building_ids]
        items = [
            RoomView(
                id=room.id,
                name=room.name,
                building_id=place,
                building_name=names[place],
                capacity=room.capacity,
                provider=room.provider,
                free=None,
            )
            for room in directory.rooms
            if (place := next((one for one in chosen if one in room.building_ids), None)) is not None
        ]
        items.sort(key=lambda room: chosen.index(room.building_id))
        if span is not None and items:
            items = await self._with_times(caller, items, span)
        return RoomsView(items=items, status=directory.status)

    async def _with_times(
        self, caller: Caller, items: list[RoomView], span: tuple[datetime, datetime]
    ) -> list[RoomView]:
        ids = [room.id for room in items]
        claimed, busy = await asyncio.gather(
            self._backends.booking.claimed_rooms(caller, ids, *span),
            self._backends.calendar_sync.busy_rooms(caller, ids, *span, budget=_BUDGET),
        )
        return [
            room.model_copy(update={"free": False if room.id in claimed else _negated(busy.get(room.id))})
            for room in items
        ]


def _negated(busy: bool | None) -> bool | None:
    return None if busy is None else not busy


def _buildings(directory: RoomDirectory, chosen: Sequence[str]) -> BuildingsView:
    items = [
        BuildingView(id=one.id, name=one.name, provider=one.provider, chosen=one.id in chosen)
        for one in directory.buildings
    ]
    return BuildingsView(items=items, status=directory.status)
