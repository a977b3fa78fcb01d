"""A staff member's link to a calendar provider, and the facts about staff that calendars need."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.calendar_sync.model.calendars import CalendarChoice, mirror_id_of
from shared.contracts.calendar_sync import Provider


class ConnectionStatus(StrEnum):
    """``disconnecting`` while the person's holds are removed; ``broken`` when the provider refused the token."""

    CONNECTED = "connected"
    BROKEN = "broken"
    DISCONNECTING = "disconnecting"
    DISCONNECTED = "disconnected"


LINKED = (ConnectionStatus.CONNECTED, ConnectionStatus.BROKEN)
"""Counts as having a calendar: a broken one is unknown, not absent (G3)."""


@dataclass(frozen=True)
class Frozen:
    """So many of the ``coming`` entries and holds were ``missing`` at once that none counts as deleted (G17)."""

    at: datetime
    missing: int
    coming: int


@dataclass(frozen=True)
class Connection:
    """One per staff member and provider, for life: connecting again revives it under the next ``link`` number, which
    tells what belongs to an earlier account or grant.
    """

    connection_id: str
    organization_id: str
    staff_id: str
    provider: Provider
    status: ConnectionStatus
    account: str
    connected_at: datetime
    link: int = 1
    ended_at: datetime | None = None
    rooms: bool = False
    """Whether the person granted the extra scope that buildings and rooms are read with (V3)."""
    frozen: Frozen | None = None
    lists: bool = False
    """Whether the grant lets the account's calendars be listed; otherwise there is the main one only (V8)."""
    calendars: CalendarChoice = field(default_factory=CalendarChoice)

    @property
    def usable(self) -> bool:
        return self.status in (ConnectionStatus.CONNECTED, ConnectionStatus.DISCONNECTING)

    @property
    def linked(self) -> bool:
        return self.status in LINKED

    @property
    def busy_mirrors(self) -> list[str]:
        """The mirrors of what counts as busy."""
        return [mirror_id_of(self.connection_id, one) for one in self.calendars.busy]


@dataclass(frozen=True)
class Staff:
    """What the gateway told about a person."""

    staff_id: str
    organization_id: str
    time_zone: str = "Asia/Tokyo"
    locale: str = "ja"
    enabled: bool = True


def connection_id_of(staff_id: str, provider: Provider) -> str:
    return f"{staff_id}.{provider}"
