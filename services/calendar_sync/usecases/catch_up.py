"""After a link was made, broke or ended, or other calendars were chosen (V8): mirrors, waiting rows and appointments
follow (G19). A due row's work.
"""

from collections.abc import Callable

from services.calendar_sync.model.connection import ConnectionStatus
from services.calendar_sync.store.busy import BusyTimes
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.store.subjects import Appointments
from services.calendar_sync.usecases.disconnect import DisconnectCalendar
from services.calendar_sync.usecases.follow_appointment import FollowAppointment
from services.calendar_sync.usecases.read_rooms import RoomsFollowLinks
from shared import clock
from shared.contracts.envelope import Cause
from shared.due import Lease


class CatchUp:
    """Brings everything about one connection in line with its status; may run any number of times.

    A status that changed since the row was taken has its own due time.
    """

    def __init__(
        self,
        connections: Connections,
        mirrors: Mirrors,
        busy: BusyTimes,
        ledger: Ledger,
        appointments: Appointments,
        follow: FollowAppointment,
        disconnect: DisconnectCalendar,
        rooms: RoomsFollowLinks,
        *,
        wake_mirror: Callable[[str], None],
        wake_row: Callable[[str], None],
    ) -> None:
        self._connections = connections
        self._mirrors = mirrors
        self._busy = busy
        self._ledger = ledger
        self._appointments = appointments
        self._follow = follow
        self._disconnect = disconnect
        self._rooms = rooms
        self._wake_mirror = wake_mirror
        self._wake_row = wake_row

    async def __call__(self, lease: Lease) -> None:
        connection = await self._connections.find(str(lease.row["_id"]))
        if connection is None or connection.status != lease.row["status"]:
            return
        if connection.status is ConnectionStatus.CONNECTED:
            begun = await self._mirrors.begin(connection)
            await self._busy.forget_months(connection.staff_id)
            for mirror_id in begun:
                self._wake_mirror(mirror_id)
            for row_id in await self._ledger.drain(connection.staff_id):
                self._wake_row(row_id)
            for appointment_id, organization_id in await self._appointments.coming_of(connection.staff_id, clock.now()):
                await self._follow.plan_again(appointment_id, organization_id, Cause.outside())
        elif connection.status is ConnectionStatus.DISCONNECTING:
            await self._disconnect(connection, request_id="")
        elif connection.status is ConnectionStatus.BROKEN:
            await self._mirrors.pause(connection.connection_id)
        elif connection.status is ConnectionStatus.DISCONNECTED:
            await self._mirrors.forget(connection.connection_id)
            await self._mirrors.look_again([connection.staff_id], clock.now(), recount=True)
        await self._rooms(connection)
        await self._connections.caught_up({**lease.held, "due_at": lease.row["due_at"]})
