"""What stands in a person's calendars at one moment, and how far they can be trusted (X11): the mirror only (G25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.calendar_sync.model.busy import BusyEntry, Window
from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirror, Mirrors
from services.calendar_sync.usecases.show_busy import Freshness, ShowBusyTimes
from shared.contracts.calendar_sync import Provider

_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class KnownCalendar:
    """A linked account; ``reaches`` tells whether what was read of it covers the moment."""

    provider: Provider
    is_broken: bool
    read_at: datetime | None
    reaches: bool


@dataclass(frozen=True)
class Explained:
    """Entries each with the calendar that they stand in, earliest first."""

    status: Freshness
    calendars: Sequence[KnownCalendar]
    entries: Sequence[tuple[Provider, BusyEntry]]


class ExplainBusy:
    """``show_busy`` says how fresh the whole is, so that both say the same."""

    def __init__(self, connections: Connections, mirrors: Mirrors, ledger: Ledger, show_busy: ShowBusyTimes) -> None:
        self._connections = connections
        self._mirrors = mirrors
        self._ledger = ledger
        self._show_busy = show_busy

    async def __call__(self, organization_id: str, staff_id: str, at: datetime) -> Explained:
        moment = Window(at, at + _MOMENT)
        (shown,) = await self._show_busy(organization_id, [staff_id], moment)
        found = await self._connections.of_staff([staff_id], organization_id=organization_id)
        linked = [one for one in found if one.linked]
        links = {mirror_id: one for one in linked for mirror_id in one.busy_mirrors}
        mirrors = await self._mirrors.of_links(linked)
        found_there = await self._mirrors.in_span(list(mirrors), moment)
        own = (await self._ledger.own_entries([staff_id], at))[staff_id]
        entries = [
            (links[mirror_id].provider, entry)
            for mirror_id, entry in found_there
            if entry.start_at <= at and not own.include(entry)
        ]
        calendars = [_known(link, mirrors, at) for link in linked]
        return Explained(shown.status, calendars, sorted(entries, key=lambda pair: pair[1].start_at))


def _known(link: Connection, mirrors: Mapping[str, Mirror], at: datetime) -> KnownCalendar:
    """All of an account's calendars that count, as far as the least known of them."""
    found = [mirrors.get(mirror_id) for mirror_id in link.busy_mirrors]
    reads = [one.read_at for one in found if one is not None and one.read_at is not None]
    windows = [one.window for one in found if one is not None and one.window is not None]
    return KnownCalendar(
        link.provider,
        link.status is ConnectionStatus.BROKEN,
        min(reads) if len(reads) == len(found) else None,
        len(windows) == len(found) and all(one.start_at <= at < one.end_at for one in windows),
    )
