"""File, move or cancel the reminder of one appointment, whatever order its events come in."""

from dataclasses import replace

from services.reminder_scheduler.model import Known, Office, Reminder, Status, plan
from services.reminder_scheduler.store import ReminderStore
from shared import clock
from shared.contracts.envelope import Cause, envelope
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderScheduled
from shared.messaging.relay import Relay
from shared.observability import metrics


class FileReminder:
    """One row per appointment follows its newest revision."""

    def __init__(self, store: ReminderStore, relay: Relay) -> None:
        self._store = store
        self._relay = relay

    async def __call__(self, known: Known, cause: Cause) -> None:
        while True:
            filed = await self._store.find(known.appointment_id)
            office = await self._store.office_of(known.organization_id) or Office(known.time_zone)
            merged = filed.known.merged(known) if filed else known
            if filed is not None and merged == filed.known:
                return
            if await self._write(filed, merged, office, cause):
                metrics.record_stage("reminder_filed", clock.now() - known.decided_at)
                return

    async def replan(self, organization_id: str, cause: Cause) -> None:
        """The organization's hour or zone changed: file its coming reminders anew."""
        office = await self._store.office_of(organization_id)
        if office is None:
            return
        for appointment_id in await self._store.coming_of(organization_id, clock.now()):
            while (filed := await self._store.find(appointment_id)) is not None:
                if await self._write(filed, filed.known, office, cause):
                    break

    async def _write(self, filed: Reminder | None, known: Known, office: Office, cause: Cause) -> bool:
        """False where somebody was faster."""
        reminder, event = _planned(filed, known, office)
        if reminder == filed:
            return True
        events = []
        if event is not None:
            events = [
                envelope(
                    event,
                    subject=known.appointment_id,
                    organization_id=known.organization_id,
                    version=reminder.version + 1,
                    cause=cause,
                )
            ]
        waiting = await self._store.save(reminder, events)
        if waiting is None:
            return False
        self._relay.publish_soon(self._store.reminders, known.appointment_id, waiting)
        return True


def _planned(
    filed: Reminder | None, known: Known, office: Office
) -> tuple[Reminder, ReminderScheduled | ReminderCanceled | None]:
    """The reminder as it should be, and what is said of it; nothing is said when nothing changed for others."""
    before = replace(filed or Reminder(known, Status.FILED), known=known)
    wanted = plan(known.start_at, known.decided_at, office)
    due_at, reason = wanted.due_at, wanted.reason
    if known.canceled:
        due_at, reason = None, ReasonNotReminded.CANCELED
    elif due_at in before.sent_for:
        return replace(before, status=Status.SENT, due_at=None), None
    appointment_id, revision = known.appointment_id, known.revision
    if due_at is not None:
        reminder = replace(before, status=Status.FILED, due_at=due_at, planned_at=due_at)
        return reminder, ReminderScheduled(appointment_id=appointment_id, revision=revision, due_at=due_at)
    assert reason is not None
    status = Status.CANCELED if reason is ReasonNotReminded.CANCELED else Status.SUPPRESSED
    canceled = ReminderCanceled(appointment_id=appointment_id, revision=revision, reason=reason)
    return replace(before, status=status, due_at=None), canceled
