"""File, move or cancel the reminder and the notices of one appointment, whatever order its events come in."""

from dataclasses import replace
from datetime import datetime

from services.reminder_scheduler.model import Bell, Known, Office, Plan, Reminder, Status, plan, plan_notice
from services.reminder_scheduler.store import ReminderStore
from shared import clock
from shared.contracts.envelope import Cause, envelope
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderScheduled
from shared.contracts.stages import Stage
from shared.messaging.relay import Relay
from shared.observability import metrics


class FileReminder:
    """One row per appointment follows its newest revision."""

    def __init__(self, store: ReminderStore, relay: Relay) -> None:
        self._store = store
        self._relay = relay

    async def __call__(self, known: Known, cause: Cause) -> None:
        while True:
            filed = await self._store.find(known.row_id)
            if filed is None and await self._is_no_more(known):
                return
            office = await self._store.office_of(known.organization_id) or Office(known.time_zone)
            merged = filed.known.merged(known) if filed else known
            if filed is not None and merged == filed.known:
                return
            if await self._write(filed, merged, office, cause):
                if filed is not None:
                    return
                metrics.record_stage(Stage.REMINDER_FILED, clock.now() - known.decided_at)
                return

    async def _is_no_more(self, known: Known) -> bool:
        """Whether a newer rule of the series, which is filed from its first occurrence on, does not reach so far."""
        first = await self._store.find(replace(known, place=0).row_id) if known.place else None
        return first is not None and first.known.revision > known.revision

    async def end_behind(self, last: Known) -> None:
        """The series has no more occurrences than up to this one: whatever was filed behind it by a longer rule is not
        reminded of (E6). Nothing is said, since the others are.
        """
        for row_id in await self._store.behind(last):
            while (filed := await self._store.find(row_id)) is not None and filed.known.revision < last.revision:
                gone = replace(filed.known, revision=last.revision, decided_at=last.decided_at, canceled=True)
                ended, _ = _planned(filed, gone, Office(last.time_zone))
                if await self._store.save(ended, []) is not None:
                    break

    async def replan(self, organization_id: str, cause: Cause) -> None:
        """The organization's hour or zone changed: file its coming reminders anew."""
        office = await self._store.office_of(organization_id)
        if office is None:
            return
        for row_id in await self._store.coming_of(organization_id, clock.now()):
            while (filed := await self._store.find(row_id)) is not None:
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
        self._relay.publish_soon(self._store.reminders, known.row_id, waiting)
        return True


def _planned(
    filed: Reminder | None, known: Known, office: Office
) -> tuple[Reminder, ReminderScheduled | ReminderCanceled | None]:
    """All bells as they should be, and what is said of the reminder; nothing is said when nothing changed for others.
    A notice that is no longer wanted stays as canceled, since it may have gone out.
    """
    before = replace(filed or Reminder(known), known=known)
    day, event = _day(before.day, known, office)
    if filed is not None and (day, known.revision) == (filed.day, filed.known.revision):
        event = None
    rung = {bell.minutes: bell for bell in before.bells[1:]}
    wanted = (*known.reveal.notices, *(minutes for minutes in rung if minutes not in known.reveal.notices))
    notices = tuple(_notice(rung.get(minutes) or Bell(minutes), known) for minutes in wanted if minutes is not None)
    return replace(before, bells=(day, *notices)), event


def _day(before: Bell, known: Known, office: Office) -> tuple[Bell, ReminderScheduled | ReminderCanceled | None]:
    wanted = plan(known.start_at, known.decided_at, office)
    due_at, reason = wanted.due_at, wanted.reason
    if known.canceled:
        due_at, reason = None, ReasonNotReminded.CANCELED
    elif due_at in before.sent_for:
        return replace(before, status=Status.SENT, due_at=None), None
    appointment_id, revision, original = known.appointment_id, known.revision, known.original_start_at
    if due_at is not None:
        scheduled = ReminderScheduled(
            appointment_id=appointment_id, revision=revision, due_at=due_at, original_start_at=original
        )
        return _filed(before, due_at, due_at), scheduled
    assert reason is not None
    canceled = ReminderCanceled(
        appointment_id=appointment_id, revision=revision, reason=reason, original_start_at=original
    )
    return _quiet(before, reason), canceled


def _notice(before: Bell, known: Known) -> Bell:
    assert before.minutes is not None
    wanted = plan_notice(known, before.minutes)
    if known.canceled or before.minutes not in known.reveal.notices:
        wanted = Plan(None, ReasonNotReminded.CANCELED)
    elif wanted.planned_at in before.sent_for:
        return replace(before, status=Status.SENT, due_at=None)
    if wanted.due_at is None or wanted.planned_at is None:
        return _quiet(before, wanted.reason)
    return _filed(before, wanted.due_at, wanted.planned_at)


def _filed(before: Bell, due_at: datetime, planned_at: datetime) -> Bell:
    return replace(before, status=Status.FILED, due_at=due_at, planned_at=planned_at)


def _quiet(before: Bell, reason: ReasonNotReminded | None) -> Bell:
    status = Status.CANCELED if reason is ReasonNotReminded.CANCELED else Status.SUPPRESSED
    return replace(before, status=status, due_at=None)
