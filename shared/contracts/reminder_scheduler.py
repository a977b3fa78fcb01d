"""Events of reminder_scheduler: the reminder on the day (R27, G21) and the notices just before (C7). Subject: the
appointment's id.
"""

from enum import StrEnum

from shared.contracts.envelope import EventData, Instant
from shared.contracts.erasure import DataErased


class ReasonNotReminded(StrEnum):
    """Why no reminder goes out."""

    CANCELED = "canceled"
    REPLACED = "replaced"
    TOO_LATE = "too_late"
    BEFORE_REMINDER_TIME = "before_reminder_time"


class ReminderScheduled(EventData, routing_key="reminder_scheduler.reminder_scheduled.v1"):
    """A reminder is filed for this revision, of the occurrence of a series that ``original_start_at`` names (E6)."""

    appointment_id: str
    revision: int
    due_at: Instant
    original_start_at: Instant | None = None


class ReminderDue(EventData, routing_key="reminder_scheduler.reminder_due.v1"):
    """It is time, and booking just said that this revision stands (G22): both sides get the mail now.
    ``original_start_at`` names the occurrence of a series (E6).
    """

    appointment_id: str
    revision: int
    start_at: Instant
    original_start_at: Instant | None = None


class NoticeDue(EventData, routing_key="reminder_scheduler.notice_due.v1"):
    """The time of a notice just before the start has come (C7), ``minutes`` of them before it, and booking just said
    that this revision stands: both sides get the mail now. ``tells_link`` where the guest learns by it how to join.
    """

    appointment_id: str
    revision: int
    start_at: Instant
    minutes: int
    tells_link: bool
    original_start_at: Instant | None = None


class ReminderCanceled(EventData, routing_key="reminder_scheduler.reminder_canceled.v1"):
    """No reminder goes out for this revision, of the occurrence of a series that ``original_start_at`` names (E6); with
    ``minutes`` it is that notice just before the start that does not (C7).
    """

    appointment_id: str
    revision: int
    reason: ReasonNotReminded
    minutes: int | None = None
    original_start_at: Instant | None = None


class ReminderDataErased(DataErased, routing_key="reminder_scheduler.reminder_data_erased.v1", webhooks=False):
    """Nothing that waited here tells of the guest any more (X5); rows of reminders have ids and times only."""
