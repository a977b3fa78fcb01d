"""Buildings and rooms of an organization at one provider, as stored: our ids beside the provider's addresses (V3)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.contracts.calendar_sync import Provider


class DirectoryStatus(StrEnum):
    """``not_connected`` where no administrator granted the extra scope, ``unreadable`` where reading fails."""

    READY = "ready"
    UNREADABLE = "unreadable"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True)
class FoundBuilding:
    """As the provider names it."""

    ref: str
    name: str


@dataclass(frozen=True)
class FoundRoom:
    """As the provider names it; ``buildings`` are their refs."""

    ref: str
    name: str
    address: str
    buildings: tuple[str, ...]
    capacity: int | None


@dataclass(frozen=True)
class Catalogue:
    """All that one complete read found."""

    buildings: tuple[FoundBuilding, ...] = ()
    rooms: tuple[FoundRoom, ...] = ()


@dataclass(frozen=True)
class KnownBuilding:
    """One that can be chosen."""

    building_id: str
    name: str


@dataclass(frozen=True)
class KnownRoom:
    """``gone`` ones can no longer be chosen; their address is kept for what is booked there."""

    room_id: str
    name: str
    address: str
    building_ids: tuple[str, ...]
    capacity: int | None
    gone: bool = False


@dataclass(frozen=True)
class Directory:
    """What is known; ``version`` is that of the last ``RoomsChanged``."""

    organization_id: str
    provider: Provider
    status: DirectoryStatus = DirectoryStatus.NOT_CONNECTED
    buildings: tuple[KnownBuilding, ...] = ()
    rooms: tuple[KnownRoom, ...] = ()
    version: int = 0
    read_at: datetime | None = None

    @property
    def directory_id(self) -> str:
        return directory_id_of(self.organization_id, self.provider)

    @property
    def offered(self) -> tuple[KnownRoom, ...]:
        return tuple(room for room in self.rooms if not room.gone)

    def taken_in(self, found: Catalogue) -> "Directory":
        """The same after a complete read: what is no longer there is gone."""

        def named(kind: str, ref: str) -> str:
            return _id(kind, self.directory_id, ref)

        buildings = tuple(KnownBuilding(named("bld", one.ref), one.name) for one in found.buildings)
        known = {one.building_id for one in buildings}
        rooms: Mapping[str, KnownRoom] = {
            named("rom", one.ref): KnownRoom(
                room_id=named("rom", one.ref),
                name=one.name,
                address=one.address,
                building_ids=tuple(ref for ref in (named("bld", ref) for ref in one.buildings) if ref in known),
                capacity=one.capacity,
            )
            for one in found.rooms
        }
        gone = tuple(replace(one, gone=True) for one in self.rooms if one.room_id not in rooms)
        return replace(self, buildings=buildings, rooms=(*rooms.values(), *gone))


def directory_id_of(organization_id: str, provider: Provider) -> str:
    return f"{organization_id}.{provider}"


def _id(kind: str, directory_id: str, ref: str) -> str:
    """Opaque, and the same in every read."""
    return f"{kind}_{hashlib.sha256(f'{directory_id}/{ref}'.encode()).hexdigest()[:24]}"
