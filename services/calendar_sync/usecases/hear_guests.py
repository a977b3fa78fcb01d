"""The guest's own answer (H9), read with the mirror's changes and told once for each time and answer."""

import structlog

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.providers.protocol import Reading
from services.calendar_sync.store.guest_answers import GuestAnswers
from services.calendar_sync.store.subjects import Appointments
from services.calendar_sync.usecases import announce
from shared.contracts.calendar_sync import GuestResponse

log = structlog.get_logger(__name__)


class HearGuests:
    """An answer is to the time that it was given for: one seen at another time than was written says nothing."""

    def __init__(self, answers: GuestAnswers, appointments: Appointments) -> None:
        self._answers = answers
        self._appointments = appointments

    async def heard(self, connection: Connection, reading: Reading) -> None:
        """After a read of the calendar."""
        if not reading.said:
            return
        for row, before in await self._answers.written_with_guest(connection.connection_id, reading.said):
            written = row.written
            if written is None or written.form is None:
                continue
            seen = reading.states.get(written.entry_id)
            if seen is None or (seen.start_at, seen.end_at) != (written.form.start_at, written.form.end_at):
                continue
            state = await self._appointments.find(row.about, row.organization_id)
            address = state.appointment.guest.email.lower() if state.appointment else ""
            response = reading.said[written.entry_id].get(address)
            told = [str(response), written.form.start_at.isoformat()]
            if response is None or told == before or (response is GuestResponse.NEEDS_ACTION and before is None):
                continue
            if await self._answers.tell(row, told, announce.guest_responded(row, written, response)):
                log.info("guest.responded", row_id=row.row_id, response=response)
