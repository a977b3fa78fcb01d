"""Read an organization's buildings and rooms at one provider (V3): hourly, and whenever somebody asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.model.rooms import Catalogue, Directory, DirectoryStatus
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.rooms import RoomProvider
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.rooms import RoomDirectories, directory_of
from services.calendar_sync.usecases.credentials import Credentials
from shared import clock
from shared.contracts.calendar_sync import Building, Provider, Room, RoomsChanged
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.due import Lease
from shared.providers import CredentialRevoked, ProviderError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RoomsRhythm:
    """How often rooms are read, and how soon again where that failed."""

    interval: timedelta
    retry: timedelta


class ReadRooms:
    """The rooms worker's handler. What cannot be read stays as it was; without a connection nothing is offered."""

    def __init__(
        self,
        directories: RoomDirectories,
        connections: Connections,
        credentials: Credentials,
        providers: Mapping[Provider, RoomProvider],
        mailboxes: Mapping[Provider, Mailboxes],
        rhythm: RoomsRhythm,
    ) -> None:
        self._directories = directories
        self._connections = connections
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._rhythm = rhythm

    async def __call__(self, lease: Lease) -> None:
        before, asked_at = directory_of(lease.row), lease.row.get("asked_at")
        links = await self._connections.with_rooms(before.organization_id, before.provider)
        after, due_at = await self._read(before, links)
        events = [_changed(after)] if _said(after) != _said(before) else []
        if events:
            after = replace(after, version=events[0].aggregateversion)
        await self._directories.settle(lease.held, after, asked_at, due_at, events)

    async def _read(self, before: Directory, links: list[Connection]) -> tuple[Directory, datetime | None]:
        """What is known now, and when to read again."""
        if not links:
            return replace(before.taken_in(Catalogue()), status=DirectoryStatus.NOT_CONNECTED), None
        now = clock.now()
        for link in links:
            if link.status is not ConnectionStatus.CONNECTED:
                continue
            try:
                async with self._mailboxes[link.provider].of(link.connection_id).slot():
                    found = await self._providers[link.provider].read_rooms(self._credentials.of(link))
            except (ProviderError, CredentialRevoked) as error:
                log.warning("rooms.not_read", connection_id=link.connection_id, reason=str(error))
                continue
            known = replace(before.taken_in(found), status=DirectoryStatus.READY, read_at=now)
            return known, now + self._rhythm.interval
        return replace(before, status=DirectoryStatus.UNREADABLE), now + self._rhythm.retry


class RoomsFollowLinks:
    """A link that may read rooms came, broke or ended."""

    def __init__(self, directories: RoomDirectories, wake: Callable[[str], None]) -> None:
        self._directories = directories
        self._wake = wake

    async def __call__(self, connection: Connection) -> None:
        """Reconnecting without the extra scope ends it too: whoever has a directory has it looked at."""
        known = {one.provider for one in await self._directories.of(connection.organization_id)}
        if connection.rooms or connection.provider in known:
            self._wake(await self._directories.read_soon(connection.organization_id, connection.provider))


def _said(directory: Directory) -> tuple[object, ...]:
    """What the others are told."""
    return directory.buildings, directory.offered


def _changed(directory: Directory) -> CloudEvent[RoomsChanged]:
    data = RoomsChanged(
        provider=directory.provider,
        buildings=[Building(building_id=one.building_id, name=one.name) for one in directory.buildings],
        rooms=[
            Room(room_id=one.room_id, name=one.name, building_ids=list(one.building_ids), capacity=one.capacity)
            for one in directory.offered
        ],
    )
    return envelope(
        data,
        subject=directory.directory_id,
        organization_id=directory.organization_id,
        version=directory.version + 1,
        cause=Cause.outside(),
    )
