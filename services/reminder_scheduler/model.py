"""When a reminder goes out (R27, G21): pure, from the appointment's time and the organization's zone and hour."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.reminder_scheduler import ReasonNotReminded

DEFAULT_TIME = time(7, 0)


class Status(StrEnum):
    """Of a reminder row."""

    FILED = "filed"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    CANCELED = "canceled"


@dataclass(frozen=True)
class Office:
    """What of an organization decides when its reminders go out."""

    time_zone: str
    reminder_time: time = DEFAULT_TIME


@dataclass(frozen=True)
class Plan:
    """Either a time to remind at, or why not."""

    due_at: datetime | None
    reason: ReasonNotReminded | None = None


@dataclass(frozen=True)
class Known:
    """What an event says of an appointment; ``decided_at`` is when it was confirmed or last changed."""

    appointment_id: str
    organization_id: str
    revision: int
    start_at: datetime
    time_zone: str
    decided_at: datetime
    canceled: bool = False

    def merged(self, new: "Known") -> "Known":
        """The newest revision wins; of several events about one start, the earliest decided it."""
        newest = new if new.revision > self.revision else self
        if new.start_at == self.start_at:
            return replace(newest, decided_at=min(new.decided_at, self.decided_at))
        return newest


@dataclass(frozen=True)
class Reminder:
    """The row of one appointment. ``planned_at`` is the hour it goes out for, ``due_at`` when it is next looked at;
    ``sent_for`` holds every hour one went out for.
    """

    known: Known
    status: Status
    due_at: datetime | None = None
    planned_at: datetime | None = None
    sent_for: tuple[datetime, ...] = ()
    version: int = 0


def reminder_at(start_at: datetime, office: Office) -> datetime:
    """The reminder hour of the day on which the appointment starts, in the organization's zone.

    Where the clocks change at that very hour, a time that occurs twice means the first, and one that does not occur is
    read with the offset before the change (PEP 495, fold 0).
    """
    zone = ZoneInfo(office.time_zone)
    day = start_at.astimezone(zone).date()
    return datetime.combine(day, office.reminder_time, tzinfo=zone).astimezone(UTC)


def plan(start_at: datetime, decided_at: datetime, office: Office) -> Plan:
    """``decided_at`` is when this time was confirmed. None is sent late: not before the hour, not after the start
    (R27).
    """
    due_at = reminder_at(start_at, office)
    if start_at <= due_at:
        return Plan(None, ReasonNotReminded.BEFORE_REMINDER_TIME)
    if decided_at >= due_at:
        return Plan(None, ReasonNotReminded.TOO_LATE)
    return Plan(due_at)
