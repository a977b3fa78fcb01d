"""The room's own answer (V3), read with the mirror's changes and told once for each revision and answer."""

from collections.abc import Sequence

import structlog

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.providers.room_answers import Answers
from services.calendar_sync.store.room_bookings import RoomBookings
from services.calendar_sync.store.rooms import RoomDirectories
from services.calendar_sync.usecases import announce
from shared.contracts.calendar_sync import RoomResponse
from shared.observability import metrics

log = structlog.get_logger(__name__)
_OUTCOMES = {RoomResponse.ACCEPTED: "done", RoomResponse.DECLINED: "failed"}


class HearRooms:
    """Booking a room is asynchronous everywhere: that the entry was written says nothing about the room."""

    def __init__(self, bookings: RoomBookings, directories: RoomDirectories) -> None:
        self._bookings = bookings
        self._directories = directories

    async def heard(self, connection: Connection, answers: Answers) -> None:
        """After a read of the calendar."""
        if answers:
            await self._bookings.heard(connection.connection_id, answers)
            await self.tell(connection.connection_id, list(answers))

    async def tell(self, connection_id: str, entry_ids: Sequence[str]) -> None:
        """What is known and was not told yet of these entries."""
        rows = await self._bookings.written_as(connection_id, entry_ids)
        asked = [entry_id for row, _ in rows if row.written for entry_id in row.written.entry_ids]
        answers = await self._bookings.answers_of(connection_id, asked) if rows else {}
        for row, before in rows:
            if row.written is None or row.room_id is None:
                continue
            known = await self._directories.room(row.organization_id, row.room_id)
            address = known.room.address.lower() if known else ""
            said = answer_for_all([answers.get(one, {}).get(address) for one in row.written.entry_ids])
            told = [row.room_id, str(said), row.written.revision]
            if said is not None and told != before:
                log.info("room.responded", row_id=row.row_id, response=said)
                await self._bookings.tell(row, told, announce.room_responded(row, row.written, said))
                metrics.record_effect("room", _OUTCOMES.get(said, "waiting"))


def answer_for_all(said: Sequence[RoomResponse | None]) -> RoomResponse | None:
    """Of an entry in several parts: one that is declined counts, a yes only where all have it."""
    if RoomResponse.DECLINED in said:
        return RoomResponse.DECLINED
    return None if None in said else next((one for one in said if one is not RoomResponse.ACCEPTED), said[0])
