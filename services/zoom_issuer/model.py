"""Meetings as wanted and as they are at Zoom, and what leads from one to the other: pure functions."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.zoom_issuer.model_series import (
    OccurrenceName,
    OccurrenceWish,
    is_to_revive,
    last_end,
    next_change,
    rule_of,
    starts_of,
    times_of,
    wishes_of,
)
from shared.contracts.booking import Appointment
from shared.whole_characters import cut

TOPIC_LIMIT = 200
DURATION_LIMIT_MINUTES = 1440
_HICCUPS = 2
"""Failures in a row that alarm nobody when an appointment is made shortly before its start."""


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
    ADOPT = "adopt"
    OCCUR = "occur"
    CLEAN = "clean"


@dataclass(frozen=True)
class Wanted:
    """What the newest known revision of an appointment wants. ``exists`` is false once canceled or without meeting;
    ``link_generation`` grows when somebody who knows the link lost the right to attend (C9);
    ``zoom_user_id`` is for whom time was claimed, or empty; ``that_user_only`` where nobody else may host instead (C3).
    """

    revision: int
    exists: bool
    canceled: bool
    host_staff_id: str
    topic: str
    start_at: datetime
    minutes: int
    time_zone: str
    confirmed_at: datetime
    link_generation: int = 1
    zoom_user_id: str = ""
    that_user_only: bool = False
    rrule: str = ""
    times: int = 0
    changed: list[OccurrenceWish] = field(default_factory=list)
    ends_at: datetime | None = None

    @property
    def end_at(self) -> datetime:
        return self.ends_at or self.start_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Actual:
    """What is known to stand at Zoom; ``connection_id`` is the account that made it. ``host_user_id`` is Zoom's own id
    of who hosts it, ``zoom_user_id`` for whom it was wanted then; both are empty in rows from before. ``names`` are
    Zoom's of its occurrences, as far as they are known.
    """

    meeting_id: str
    connection_id: str
    host_staff_id: str
    topic: str
    start_at: datetime
    minutes: int
    time_zone: str
    link_generation: int = 1
    host_user_id: str = ""
    zoom_user_id: str = ""
    rrule: str = ""
    changed: list[OccurrenceWish] = field(default_factory=list)
    names: list[OccurrenceName] = field(default_factory=list)


@dataclass(frozen=True)
class Attempt:
    """A create that went out at ``at`` (real time) and whose answer is not known yet; ``token`` finds what it made
    among the meetings of ``path``. ``changed`` are occurrences that were over then: nothing is done about them.
    """

    at: datetime
    token: str
    connection_id: str
    host_staff_id: str
    topic: str
    start_at: datetime
    minutes: int
    time_zone: str
    link_generation: int = 1
    host_user_id: str = ""
    zoom_user_id: str = ""
    path: str = "me"
    rrule: str = ""
    changed: list[OccurrenceWish] = field(default_factory=list)

    def made(self, meeting_id: str) -> Actual:
        """What stands at Zoom where the create was carried out."""
        return Actual(
            meeting_id=meeting_id,
            connection_id=self.connection_id,
            host_staff_id=self.host_staff_id,
            topic=self.topic,
            start_at=self.start_at,
            minutes=self.minutes,
            time_zone=self.time_zone,
            link_generation=self.link_generation,
            host_user_id=self.host_user_id,
            zoom_user_id=self.zoom_user_id,
            rrule=self.rrule,
            changed=self.changed,
        )


@dataclass(frozen=True)
class MeetingRow:
    """All that is known of one appointment's meeting. ``unsure``: a change of it went out whose answer is not known.

    ``announced_meeting`` and ``announced_revision`` are what others were last told that stands; ``announced_error``
    and ``announced_retry_at`` what they were told that fails and until when it waits, ``alarmed`` whether with the call
    for attention. ``heard_at`` is when the wanted revision arrived, ``gathering_since`` when the first of the changes
    did that wait to go out together (G20).
    """

    appointment_id: str
    organization_id: str
    wanted: Wanted
    heard_at: datetime
    actual: Actual | None
    unsure: bool
    attempt: Attempt | None
    leftovers: tuple[Actual, ...]
    generation: int
    version: int
    tries: int
    error: str | None
    announced_meeting: str | None
    announced_revision: int
    announced_error: str | None
    announced_retry_at: datetime | None
    alarmed: bool
    gathering_since: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether Zoom has the meeting just as it is wanted; meetings of former hosts may be left."""
        settled = self.attempt is None and not self.unsure and self.wanted.exists
        return settled and self.actual is not None and fits(self.wanted, self.actual)

    @property
    def told(self) -> bool:
        """Whether others know of the meeting that stands."""
        return self.actual is not None and self.actual.meeting_id == self.announced_meeting


def wanted_of(appointment: Appointment, *, canceled: bool) -> Wanted:
    length = appointment.end_at - appointment.start_at
    return Wanted(
        revision=appointment.revision,
        exists=appointment.wants_meeting and not canceled,
        canceled=canceled,
        host_staff_id=appointment.organizer_id,
        topic=topic_of(appointment.topic or appointment.title),
        start_at=appointment.start_at,
        minutes=max(1, min(DURATION_LIMIT_MINUTES, -(-int(length.total_seconds()) // 60))),
        time_zone=appointment.time_zone,
        confirmed_at=appointment.confirmed_at,
        link_generation=appointment.link_generation,
        zoom_user_id=appointment.zoom_user_id or "",
        that_user_only=appointment.hosted_by_bookable,
        rrule=rule_of(appointment),
        times=times_of(appointment),
        changed=wishes_of(appointment),
        ends_at=last_end(appointment) if appointment.series else None,
    )


def topic_of(title: str) -> str:
    """The title, cut at a whole character where Zoom's limit of 200 is passed; never empty."""
    return cut(title.strip(), TOPIC_LIMIT).strip() or "Web会議"


def fits(wanted: Wanted, actual: Actual) -> bool:
    """Whether the meeting is as wanted, where it is wanted."""
    return fits_as_a_whole(wanted, actual) and next_change(wanted.changed, actual.changed, wanted.minutes) is None


def fits_as_a_whole(wanted: Wanted, actual: Actual) -> bool:
    """Single occurrences aside."""
    return may_stay(wanted, actual) and actual.topic == wanted.topic and same_times(wanted, actual)


def same_times(wanted: Wanted, actual: Actual) -> bool:
    """Of the whole; other ones make all occurrences anew at Zoom."""
    return (actual.start_at, actual.minutes, actual.time_zone, actual.rrule) == (
        wanted.start_at,
        wanted.minutes,
        wanted.time_zone,
        wanted.rrule,
    )


def may_stay(wanted: Wanted, actual: Actual) -> bool:
    """Whether a change can make it what is wanted: the wanted host has it, and only those who may know its
    link (C9).
    """
    known_rightly = actual.link_generation == wanted.link_generation
    return same_host(wanted, actual) and known_rightly and not revives(wanted, actual)


def revives(wanted: Wanted, actual: Actual) -> bool:
    """Whether a deleted occurrence is to take place: only a new meeting has it again."""
    return same_times(wanted, actual) and is_to_revive(wanted.changed, actual.changed)


def same_host(wanted: Wanted, actual: Actual) -> bool:
    """Another organizer, or another Zoom user claimed for, is another host; the claimed user's own meeting stays
    whoever the organizer is (G12).
    """
    if actual.host_user_id and wanted.zoom_user_id == actual.host_user_id:
        return True
    if wanted.host_staff_id != actual.host_staff_id:
        return False
    return not actual.host_user_id or wanted.zoom_user_id in ("", actual.zoom_user_id)


def next_start(of: Wanted | Actual, now: datetime) -> datetime:
    """When it begins, or began: of a series the occurrence that is under way or next, else the last one (E6)."""
    starts, length = _starts(of), timedelta(minutes=of.minutes)
    return next((at for at in starts if at + length > now), starts[-1])


def last_start(of: Wanted) -> datetime:
    """After which a meeting that is made is of no use."""
    return _starts(of)[-1]


def _starts(of: Wanted | Actual) -> list[datetime]:
    return starts_of(of.start_at, of.minutes, of.time_zone, of.rrule, of.changed)


def next_step(row: MeetingRow, now: datetime) -> Step:
    """An unanswered create is looked for before anything else (G10). A meeting that is not wanted any more is retired
    first and then goes, so that it is never taken for one that stands; that of a former host, or one whose link the
    wrong people know, goes after the new one stands, so that nobody is left without (G15, C9). A link that nobody was
    told serves the newer generation. Once the appointment is over nothing is made or changed any more, and a meeting
    that nobody was told of goes.
    """
    wanted, actual = row.wanted, row.actual
    over = now >= wanted.end_at
    rest = Step.CLEAN if row.leftovers else Step.NOTHING
    if row.attempt is not None:
        return Step.LOOK
    if actual is None:
        return Step.CREATE if wanted.exists and not over else rest
    if not wanted.exists or (over and not row.told):
        return Step.RETIRE
    if over or row.stands:
        return rest
    if actual.link_generation != wanted.link_generation and not row.told:
        return Step.ADOPT
    if fits_as_a_whole(wanted, actual) and not row.unsure:
        return Step.OCCUR
    return Step.UPDATE if may_stay(wanted, actual) else Step.RETIRE


def last_moment(row: MeetingRow, give_up_after: timedelta) -> datetime:
    """Until when anything is tried for this row."""
    return max(row.wanted.end_at, row.heard_at) + give_up_after


def is_urgent(start_at: datetime, *, next_try_at: datetime, tries: int, warn_before: timedelta) -> bool:
    """Whether the administrators must hear of a failure now: the next try falls into the time before the start, and
    it is more than a hiccup or there is no other before the start (G11).
    """
    if next_try_at < start_at - warn_before:
        return False
    return tries > _HICCUPS or next_try_at >= start_at


def agenda_token(appointment_id: str, generation: int) -> str:
    """Stands at the head of the agenda, so that a meeting whose creation was not answered can be found again."""
    digest = hashlib.sha256(f"{appointment_id}/{generation}".encode()).hexdigest()
    return f"[chosei:{digest[:20]}]"
