"""Send what is due: one question to booking per tick, in the step that holds the rows (G22). Unanswered, they wait
(G21).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.reminder_scheduler.model import Bell, Known, Reminder, Status
from services.reminder_scheduler.store import ReminderStore
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.reminder_scheduler import NoticeDue, ReasonNotReminded, ReminderCanceled, ReminderDue
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.observability import metrics

Said = ReminderDue | ReminderCanceled | NoticeDue
Rung = tuple[Bell, Said | None]
"""A bell afterwards, and what is said of it."""
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
        rung = [(reminder, self._ring(reminder, stand)) for reminder in reminders]
        changes = [_change(reminder, bells) for reminder, bells in rung]
        written = await self._store.finish(token, changes)
        for (reminder, waiting), (_, bells) in zip(changes, rung, strict=True):
            if reminder.known.row_id in written:
                self._relay.publish_soon(self._store.reminders, reminder.known.row_id, waiting)
                _record(reminder.known, bells)
        log.info("reminders.sent", due=len(reminders), written=len(written))

    async def measure_lateness(self) -> None:
        """How long the longest due and unsent reminder waits (G21); asking booking again does not start anew."""
        since = await self._store.waits_since(clock.now() + ASK_AGAIN)
        late = clock.now() - since if since else timedelta(0)
        metrics.record_reminder_lateness(max(late, timedelta(0)))

    def _ring(self, reminder: Reminder, stand: set[tuple[str, int]]) -> list[Rung]:
        """All bells of the row."""
        now, stands = clock.now(), _named(reminder) in stand
        return [_rung(bell, reminder.known, now, stands=stands) for bell in reminder.bells]


def _change(reminder: Reminder, rung: Sequence[Rung]) -> tuple[Reminder, list[outbox.Entry]]:
    said = [event for _, event in rung if event is not None]
    after = replace(reminder, bells=tuple(bell for bell, _ in rung))
    return after, outbox.entries([_wrapped(reminder, event) for event in said])


def _record(known: Known, rung: Sequence[Rung]) -> None:
    """What went out, and how late: not before it was asked for."""
    for bell, said in rung:
        if said is None:
            continue
        sent = not isinstance(said, ReminderCanceled)
        metrics.record_effect("reminder" if bell.minutes is None else "notice", "done" if sent else "suppressed")
        if sent and bell.planned_at is not None:
            metrics.record_reminder_sent(clock.now() - max(bell.planned_at, known.decided_at))


def _rung(bell: Bell, known: Known, now: datetime, *, stands: bool) -> Rung:
    """The bell afterwards, and what is said; one whose revision does not stand is looked at again soon."""
    if bell.due_at is None or bell.due_at > now:
        return bell, None
    assert bell.planned_at is not None
    appointment_id, revision, start_at = known.appointment_id, known.revision, known.start_at
    if now >= start_at:
        return replace(bell, status=Status.SUPPRESSED, due_at=None), ReminderCanceled(
            appointment_id=appointment_id,
            revision=revision,
            reason=ReasonNotReminded.TOO_LATE,
            minutes=bell.minutes,
            original_start_at=known.original_start_at,
        )
    if not stands:
        return replace(bell, due_at=now + ASK_AGAIN), None
    sent = replace(bell, status=Status.SENT, due_at=None, sent_for=(*bell.sent_for, bell.planned_at))
    if bell.minutes is None:
        return sent, ReminderDue(
            appointment_id=appointment_id,
            revision=revision,
            start_at=start_at,
            original_start_at=known.original_start_at,
        )
    return sent, NoticeDue(
        appointment_id=appointment_id,
        revision=revision,
        start_at=start_at,
        minutes=bell.minutes,
        tells_link=known.tells_link(bell.minutes),
        original_start_at=known.original_start_at,
    )


def _named(reminder: Reminder) -> tuple[str, int]:
    return reminder.known.appointment_id, reminder.known.revision


def _wrapped(reminder: Reminder, data: Said) -> CloudEvent[Said]:
    return envelope(
        data,
        subject=reminder.known.appointment_id,
        organization_id=reminder.known.organization_id,
        version=reminder.version + 1,
        cause=Cause.outside(),
    )
