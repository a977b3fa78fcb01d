"""When a reminder goes out (R27, G21), and a notice just before the start (C7): pure, from the appointment's time and
the organization's zone and hour.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.reminder_scheduler import ReasonNotReminded
from shared.contracts.reveal import LinkShown, Reveal

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
    """Either a time to remind at, or why not. ``planned_at`` is the hour that it is for, where it goes out later."""

    due_at: datetime | None
    reason: ReasonNotReminded | None = None
    planned_at: datetime | None = None


_AT_ONCE = Reveal()


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
    reveal: Reveal = _AT_ONCE
    place: int | None = None
    original_start_at: datetime | None = None

    @property
    def row_id(self) -> str:
        """One row per appointment, and of a series per occurrence, named by its place in the rule (E6)."""
        return self.appointment_id if self.place is None else f"{self.appointment_id}#{self.place}"

    def tells_link(self, minutes: int) -> bool:
        """Whether the guest learns by this notice how to join."""
        return self.reveal.link is LinkShown.IN_NOTICE and minutes == max(self.reveal.notices)

    def merged(self, new: "Known") -> "Known":
        """The newest revision wins; of several events about one start, the earliest decided it."""
        newest = new if new.revision > self.revision else self
        if new.start_at == self.start_at:
            return replace(newest, decided_at=min(new.decided_at, self.decided_at))
        return newest


@dataclass(frozen=True)
class Bell:
    """One time at which both sides are told of an appointment: the reminder on the day, or with ``minutes`` a notice so
    long before the start. ``planned_at`` is the hour it goes out for, ``due_at`` when it is next looked at;
    ``sent_for`` holds every hour one went out for.
    """

    minutes: int | None
    status: Status = Status.FILED
    due_at: datetime | None = None
    planned_at: datetime | None = None
    sent_for: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Reminder:
    """The row of one appointment; the bell of the day is there always, and first."""

    known: Known
    bells: tuple[Bell, ...] = (Bell(None),)
    version: int = 0

    @property
    def day(self) -> Bell:
        return self.bells[0]

    @property
    def next(self) -> Bell | None:
        """The one that is to be looked at first."""
        waiting = [(bell.due_at, place) for place, bell in enumerate(self.bells) if bell.due_at is not None]
        return self.bells[min(waiting)[1]] if waiting else None

    @property
    def due_at(self) -> datetime | None:
        return self.next.due_at if self.next else None


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


def plan_notice(known: Known, minutes: int) -> Plan:
    """One whose time has passed when the appointment is decided goes out at once where it tells the link, and not at
    all otherwise; none after the start.
    """
    at = known.reveal.notice_at(known.start_at, minutes, known.time_zone)
    if known.decided_at < at < known.start_at:
        return Plan(at, planned_at=at)
    if known.decided_at < known.start_at and known.tells_link(minutes):
        return Plan(known.decided_at, planned_at=at)
    return Plan(None, ReasonNotReminded.TOO_LATE)
