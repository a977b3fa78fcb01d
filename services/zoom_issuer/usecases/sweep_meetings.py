"""Look at all coming meetings of a Zoom user with few calls, whether anybody told of a change or not (E7, G16), and
have those deleted that stand there a second time (G13).

A row per user is due every few minutes; reading does not count against the user's requests of a day.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from services.zoom_issuer.drift import looks_other
from services.zoom_issuer.drift_series import taking_place
from services.zoom_issuer.hosts import ME
from services.zoom_issuer.providers import FoundMeeting, Zoom
from services.zoom_issuer.store.connections import Connections, Kind
from services.zoom_issuer.store.doubles import Doubles
from services.zoom_issuer.store.drift import DriftRows, suspicion_of
from services.zoom_issuer.store.meetings import row_of
from services.zoom_issuer.store.sweeps import Sweep, Sweeps
from services.zoom_issuer.usecases.call_zoom import CallZoom
from services.zoom_issuer.usecases.hosting import Hosts
from shared import clock
from shared.due import Lease
from shared.mongo import Document
from shared.providers import CredentialRevoked, ProviderError, ProviderThrottled

log = structlog.get_logger(__name__)
_TRY_AGAIN = timedelta(minutes=1)


class SweepMeetings:
    """The due row's handler; a difference is only a suspicion."""

    def __init__(
        self,
        sweeps: Sweeps,
        rows: DriftRows,
        doubles: Doubles,
        connections: Connections,
        hosts: Hosts,
        call: CallZoom,
        zoom: Zoom,
        wake: Callable[[str], None],
        *,
        every: timedelta,
    ) -> None:
        self._sweeps = sweeps
        self._rows = rows
        self._doubles = doubles
        self._connections = connections
        self._hosts = hosts
        self._call = call
        self._zoom = zoom
        self._wake = wake
        self._every = every

    async def discover(self) -> None:
        """Whoever hosts something that is to come, or did before it was cancelled, is looked at from now on."""
        for host in await self._rows.hosts():
            sweep = Sweep(host["organization_id"], host["connection_id"], host.get("host_user_id"))
            await self._sweeps.begin(sweep, clock.now() + self._every)

    async def hurry(self, host_user_id: str) -> None:
        """Something is there again at Zoom that is none of the meetings that stand."""
        for host in await self._rows.hosts(host_user_id):
            await self._sweeps.hurry(Sweep(host["organization_id"], host["connection_id"], host_user_id), clock.now())

    async def __call__(self, lease: Lease) -> None:
        sweep = self._sweeps.of(lease.row)
        rows = await self._rows.of_host(sweep.connection_id, sweep.host_user_id)
        if not rows and not await self._rows.any_of_host(sweep.connection_id, sweep.host_user_id):
            await self._sweeps.end(lease)
            return
        try:
            shown = await self._list(sweep)
        except ProviderError as error:
            await self._sweeps.later(lease, clock.now() + self._pause(error))
            log.info("meetings.not_swept", connection_id=sweep.connection_id, reason=error.reason)
            return
        suspects = [row["_id"] for row in rows if _is_suspect(row, shown)]
        await self._rows.suspect(suspects)
        apart = await self._doubles.set_apart(sweep, {number: one.agenda for number, one in shown.items()})
        if apart:
            log.info("meetings.doubled", connection_id=sweep.connection_id, rows=apart)
        await self._sweeps.later(lease, clock.now() + self._every)
        for row_id in {*suspects, *apart}:
            self._wake(row_id)

    def _pause(self, error: ProviderError) -> timedelta:
        if isinstance(error, CredentialRevoked):
            return self._every
        least = error.retry_after if isinstance(error, ProviderThrottled) else timedelta(0)
        return min(max(_TRY_AGAIN, least), self._every)

    async def _list(self, sweep: Sweep) -> Mapping[str, FoundMeeting]:
        host = sweep.host_user_id or ""
        known = await self._connections.get(sweep.connection_id)
        path = ME if known is None or known.kind is Kind.OWN else host
        connection_id, user = await self._hosts.reaching(sweep.organization_id, sweep.connection_id, host, path)
        return await self._call(connection_id, lambda token: self._zoom.standing(token, user))


def _is_suspect(document: Document, shown: Mapping[str, FoundMeeting]) -> bool:
    """A list says nothing of occurrences: of each series Zoom is asked."""
    row = row_of(document)
    if row.actual is None or not row.wanted.exists:
        return False
    if taking_place(row.actual):
        return True
    found = shown.get(row.actual.meeting_id)
    return looks_other(row.actual, suspicion_of(document), found.state if found else None, clock.now())
