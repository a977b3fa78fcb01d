"""Buildings and rooms as stored, and which rooms are free at the providers right now, within a budget (V3, G3)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.connection import ConnectionStatus
from services.calendar_sync.model.rooms import Directory, DirectoryStatus, KnownRoom
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.rooms import RoomProvider
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.rooms import RoomDirectories
from services.calendar_sync.usecases.credentials import Credentials
from shared.contracts.calendar_sync import Provider
from shared.providers import CredentialRevoked, ProviderError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ShownRooms:
    """``ready`` where some provider's rooms can be chosen and none is unreadable."""

    status: DirectoryStatus
    directories: Sequence[Directory]


class ShowRooms:
    """Answers from the database; asks no provider (G25)."""

    def __init__(self, directories: RoomDirectories, wake: Callable[[str], None]) -> None:
        self._directories = directories
        self._wake = wake

    async def __call__(self, organization_id: str) -> ShownRooms:
        known = await self._directories.of(organization_id)
        states = {one.status for one in known}
        for worst in (DirectoryStatus.UNREADABLE, DirectoryStatus.READY):
            if worst in states:
                return ShownRooms(worst, known)
        return ShownRooms(DirectoryStatus.NOT_CONNECTED, known)

    async def read_again(self, organization_id: str) -> None:
        """Somebody does not want to wait for the hour."""
        for one in await self._directories.of(organization_id):
            self._wake(await self._directories.read_soon(organization_id, one.provider))


class AskRooms:
    """Whether rooms are taken at the provider; what is not read in time is unknown."""

    def __init__(
        self,
        directories: RoomDirectories,
        connections: Connections,
        credentials: Credentials,
        providers: Mapping[Provider, RoomProvider],
        mailboxes: Mapping[Provider, Mailboxes],
    ) -> None:
        self._directories = directories
        self._connections = connections
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes

    async def __call__(
        self, organization_id: str, room_ids: Sequence[str], span: Window, *, budget: timedelta
    ) -> dict[str, bool | None]:
        """By room id; ids that are not offered are left out."""
        wanted = set(room_ids)
        found: dict[str, bool | None] = {}
        asked: list[tuple[Provider, list[KnownRoom]]] = []
        for directory in await self._directories.of(organization_id):
            rooms = [room for room in directory.offered if room.room_id in wanted]
            found |= {room.room_id: None for room in rooms}
            if rooms:
                asked.append((directory.provider, rooms))
        answers = await asyncio.gather(*(self._ask(organization_id, *one, span, budget) for one in asked))
        for answer in answers:
            found |= answer
        return found

    async def _ask(
        self, organization_id: str, provider: Provider, rooms: Sequence[KnownRoom], span: Window, budget: timedelta
    ) -> dict[str, bool | None]:
        try:
            async with asyncio.timeout(budget.total_seconds()):
                links = await self._connections.with_rooms(organization_id, provider)
                link = next((one for one in links if one.status is ConnectionStatus.CONNECTED), None)
                if link is None:
                    return {}
                async with self._mailboxes[provider].of(link.connection_id).slot():
                    busy = await self._providers[provider].busy_rooms(
                        self._credentials.of(link), [room.address for room in rooms], span
                    )
        except (TimeoutError, ProviderError, CredentialRevoked) as error:
            log.info("rooms.not_asked", provider=provider, reason=str(error))
            return {}
        return {room.room_id: busy.get(room.address) for room in rooms}
