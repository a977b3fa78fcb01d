"""Send what is due: one question to booking per tick, in the step that holds the rows (G22). Unanswered, they wait
(G21).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import structlog

from services.reminder_scheduler.model import Reminder, Status
from services.reminder_scheduler.store import ReminderStore
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderDue
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.observability import metrics

log = structlog.get_logger(__name__)
ASK_AGAIN = timedelta(seconds=5)
"""When booking says that a revision does not stand, the event that says why is on its way."""


class Booking(Protocol):
    """The one question to booking."""

    async def which_stand(self, items: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        """Those (appointment id, revision) that are confirmed and current; raises when it cannot be asked."""
        ...


class SendDue:
    """Handles one batch of due rows."""

    def __init__(self, store: ReminderStore, booking: Booking, relay: Relay) -> None:
        self._store = store
        self._booking = booking
        self._relay = relay

    async def __call__(self, token: str, reminders: Sequence[Reminder]) -> None:
        timely = [_named(reminder) for reminder in reminders if clock.now() < reminder.known.start_at]
        stand = await self._booking.which_stand(timely) if timely else set()
        changes = [self._decide(reminder, stand) for reminder in reminders]
        written = await self._store.finish(token, changes)
        for reminder, waiting in changes:
            if reminder.known.appointment_id in written:
                self._relay.publish_soon(self._store.reminders, reminder.known.appointment_id, waiting)
        log.info("reminders.sent", due=len(reminders), written=len(written))

    async def measure_lateness(self) -> None:
        """How long the longest due and unsent reminder waits (G21); asking booking again does not start anew."""
        since = await self._store.waits_since(clock.now() + ASK_AGAIN)
        late = clock.now() - since if since else timedelta(0)
        metrics.record_reminder_lateness(max(late, timedelta(0)))

    def _decide(self, reminder: Reminder, stand: set[tuple[str, int]]) -> tuple[Reminder, list[outbox.Entry]]:
        (appointment_id, revision), start_at = _named(reminder), reminder.known.start_at
        if clock.now() >= start_at:
            late = ReminderCanceled(appointment_id=appointment_id, revision=revision, reason=ReasonNotReminded.TOO_LATE)
            suppressed = replace(reminder, status=Status.SUPPRESSED, due_at=None)
            return suppressed, outbox.entries([_wrapped(reminder, late)])
        if (appointment_id, revision) not in stand:
            return replace(reminder, due_at=clock.now() + ASK_AGAIN), []
        now = ReminderDue(appointment_id=appointment_id, revision=revision, start_at=start_at)
        assert reminder.planned_at is not None
        sent_for = (*reminder.sent_for, reminder.planned_at)
        sent = replace(reminder, status=Status.SENT, due_at=None, sent_for=sent_for)
        return sent, outbox.entries([_wrapped(reminder, now)])


def _named(reminder: Reminder) -> tuple[str, int]:
    return reminder.known.appointment_id, reminder.known.revision


def _wrapped(reminder: Reminder, data: ReminderDue | ReminderCanceled) -> CloudEvent[ReminderDue | ReminderCanceled]:
    return envelope(
        data,
        subject=reminder.known.appointment_id,
        organization_id=reminder.known.organization_id,
        version=reminder.version + 1,
        cause=Cause.outside(),
    )
