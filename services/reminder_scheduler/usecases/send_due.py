"""Send what is due: one question to booking per tick, in the step that holds the rows (G22). Unanswered, they wait
(G21).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from services.reminder_scheduler.model import Status
from services.reminder_scheduler.store import ReminderStore
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderDue
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import Document
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

    async def __call__(self, token: str, rows: Sequence[Document]) -> None:
        metrics.record_reminder_lateness(clock.now() - min(row["due_at"] for row in rows))
        timely = [row for row in rows if clock.now() < row["start_at"]]
        stand = await self._booking.which_stand([(row["_id"], row["revision"]) for row in timely]) if timely else set()
        changes = [self._decide(row, stand) for row in rows]
        written = await self._store.finish(token, changes)
        for change, waiting in changes:
            if change["_id"] in written:
                self._relay.publish_soon(self._store.reminders, change["_id"], waiting)
        log.info("reminders.sent", due=len(rows), written=len(written))

    def _decide(self, row: Document, stand: set[tuple[str, int]]) -> tuple[Document, list[outbox.Entry]]:
        appointment_id, revision = row["_id"], row["revision"]
        if clock.now() >= row["start_at"]:
            late = ReminderCanceled(appointment_id=appointment_id, revision=revision, reason=ReasonNotReminded.TOO_LATE)
            return {"_id": appointment_id, "status": Status.SUPPRESSED}, outbox.entries([_wrapped(row, late)])
        if (appointment_id, revision) not in stand:
            return {"_id": appointment_id, "due_at": clock.now() + ASK_AGAIN}, []
        now = ReminderDue(appointment_id=appointment_id, revision=revision, start_at=row["start_at"])
        change = {
            "_id": appointment_id,
            "status": Status.SENT,
            "sent_for": [*row.get("sent_for", []), row["planned_at"]],
        }
        return change, outbox.entries([_wrapped(row, now)])


def _wrapped(row: Document, data: ReminderDue | ReminderCanceled) -> CloudEvent[ReminderDue | ReminderCanceled]:
    return envelope(
        data,
        subject=row["_id"],
        organization_id=row["organization_id"],
        version=row["version"] + 1,
        cause=Cause.outside(),
    )
