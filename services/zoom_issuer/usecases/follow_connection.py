"""What follows from a connection that was made or ended: the due row's handler, so that a crash loses none of it."""

from services.zoom_issuer.store.connections import Connection, Connections, Kind, connection_of
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.staff import StaffStore
from shared.contracts import actors
from shared.contracts.envelope import Cause
from shared.due import DueWorker, Lease


class FollowConnection:
    """``meetings`` and ``staff`` are woken for rows that waited, or whose Zoom user may be another now."""

    def __init__(
        self,
        connections: Connections,
        store: MeetingStore,
        staff: StaffStore,
        meetings_worker: DueWorker,
        staff_worker: DueWorker,
    ) -> None:
        self._connections = connections
        self._store = store
        self._staff = staff
        self._meetings_worker = meetings_worker
        self._staff_worker = staff_worker

    async def __call__(self, lease: Lease) -> None:
        seen = connection_of(lease.row)
        assert seen is not None
        if seen.kind is Kind.OWN:
            await self._follow_own(seen)
            await self._connections.followed(lease)

    async def _follow_own(self, seen: Connection) -> None:
        cause = Cause.outside(actor=actors.staff(seen.staff_id))
        for staff_id in await self._staff.look_at(seen.organization_id, cause, seen.staff_id):
            self._staff_worker.wake(staff_id)
        if seen.works:
            for appointment_id in await self._store.wake_waiting_for(seen.organization_id, seen.staff_id):
                self._meetings_worker.wake(appointment_id)
