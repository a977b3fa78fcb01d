"""Meetings as wanted and as they are at Zoom, and what leads from one to the other: pure functions."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.contracts.booking import Appointment

TOPIC_LIMIT = 200
DURATION_LIMIT_MINUTES = 1440


class Status(StrEnum):
    """Of a meeting row, as others see it."""

    PENDING = "pending"
    ISSUED = "issued"
    FAILED = "failed"
    REVOKED = "revoked"
    NONE = "none"


class Step(StrEnum):
    """The next thing to do at Zoom."""

    NOTHING = "nothing"
    LOOK = "look"
    CREATE = "create"
    UPDATE = "update"
    RETIRE = "retire"
    DELETE = "delete"
    CLEAN = "clean"


@dataclass(frozen=True)
class Wanted:
    """What the newest known revision of an appointment wants. ``exists`` is false once canceled or without meeting."""

    revision: int
    exists: bool
    canceled: bool
    host_staff_id: str
    topic: str
    start_at: datetime
    minutes: int
    time_zone: str
    confirmed_at: datetime

    @property
    def end_at(self) -> datetime:
        return self.start_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Actual:
    """What is known to stand at Zoom; ``connection_id`` is the account that made it."""

    meeting_id: str
    connection_id: str
    host_staff_id: str
    topic: str
    start_at: datetime
    minutes: int
    time_zone: str


def wanted_of(appointment: Appointment, *, canceled: bool) -> Wanted:
    length = appointment.end_at - appointment.start_at
    return Wanted(
        revision=appointment.revision,
        exists=appointment.wants_meeting and not canceled,
        canceled=canceled,
        host_staff_id=appointment.organizer_id,
        topic=topic_of(appointment.title),
        start_at=appointment.start_at,
        minutes=max(1, min(DURATION_LIMIT_MINUTES, -(-int(length.total_seconds()) // 60))),
        time_zone=appointment.time_zone,
        confirmed_at=appointment.confirmed_at,
    )


def topic_of(title: str) -> str:
    """The title, cut at a whole character where Zoom's limit of 200 is passed; never empty."""
    return title[:TOPIC_LIMIT].strip() or "Web会議"


def next_step(wanted: Wanted, actual: Actual | None, *, attempt_unknown: bool, leftovers: int = 0) -> Step:
    """``attempt_unknown``: a create went out whose answer is not known; look before anything else (G10).

    ``leftovers`` are meetings of former hosts; they go after the new one stands, so that nobody is left without (G15).
    """
    if attempt_unknown:
        return Step.LOOK
    rest = Step.CLEAN if leftovers else Step.NOTHING
    if actual is None:
        return Step.CREATE if wanted.exists else rest
    if not wanted.exists:
        return Step.DELETE
    if actual.host_staff_id != wanted.host_staff_id:
        return Step.RETIRE
    same = (actual.topic, actual.start_at, actual.minutes, actual.time_zone) == (
        wanted.topic,
        wanted.start_at,
        wanted.minutes,
        wanted.time_zone,
    )
    return rest if same else Step.UPDATE


def agenda_token(appointment_id: str, generation: int) -> str:
    """Stands at the head of the agenda, so that a meeting whose creation was not answered can be found again."""
    digest = hashlib.sha256(f"{appointment_id}/{generation}".encode()).hexdigest()
    return f"[chosei:{digest[:20]}]"
