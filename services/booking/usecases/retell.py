"""Say what lives (G13): who follows appointments and proposals may have missed something, such as a message that was
discarded or what came after a backup that was restored.

Only outboxes are filled; the relay's sweep publishes at its own pace. Who knows all of it already does nothing.
"""

import structlog

from services.booking.store.retelling import Retelling
from services.booking.usecases.announce import Announcer
from shared import clock
from shared.contracts.api.proposals import ProposalStatus
from shared.contracts.envelope import Cause
from shared.contracts.retelling import AppointmentRetold, ProposalRetold

log = structlog.get_logger(__name__)


class Retell:
    """Booking's part of reconciling now."""

    def __init__(self, rows: Retelling, announcer: Announcer) -> None:
        self._rows = rows
        self._announcer = announcer

    async def __call__(self, organization_id: str) -> int:
        """How much was told."""
        now, cause, told = clock.now(), Cause.outside(), 0
        async for proposal in self._rows.proposals(organization_id, now):
            is_open = proposal.status is ProposalStatus.OPEN
            waiting = self._announcer.of_proposal(ProposalRetold, proposal, cause, is_open=is_open)
            told += await self._rows.tell_proposal(proposal, waiting)
        async for appointment in self._rows.appointments(organization_id, now):
            canceled = not appointment.is_live
            waiting = self._announcer.of_appointment(AppointmentRetold, appointment, cause, canceled=canceled)
            told += await self._rows.tell_appointment(appointment, waiting)
        log.info("mirror.retold", count=told)
        return told
