"""Which mails are due now: one pure function of what is known, so that any order and repetition of events ends in
the same mails.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifier.model.matter import Delivery, Matter, Meeting, Notice, Status
from shared.contracts.notifier import Audience, Purpose

CARRIERS = (Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.LINK)
"""Mails that tell the link; the newest one sent must tell the one that is valid (G12)."""

_ASKS_TO_CHOOSE = (Purpose.PROPOSED, Purpose.SLOTS_CHANGED)
_WAITS_FOR_LINK = (Purpose.CONFIRMED, Purpose.RESCHEDULED)
_OUTLIVES_NEWER = (Purpose.NEW_SLOTS_REQUESTED, Purpose.ISSUE_FAILED, Purpose.CONNECTION_BROKEN)
_TELLS_THE_END = (Purpose.CANCELED, Purpose.WITHDRAWN, Purpose.CONNECTION_BROKEN)
_NEEDS_NO_STATE = (Purpose.CONNECTION_BROKEN,)


@dataclass(frozen=True)
class Send:
    """Render (unless an open delivery holds the bytes) and hand to the mail server."""

    notice: Notice
    audience: Audience


@dataclass(frozen=True)
class Suppress:
    """Never send this; the reason is shown."""

    notice: Notice
    audience: Audience
    reason: str


@dataclass(frozen=True)
class Plan:
    """``next_at`` is when to look again; absent when nothing waits for a time."""

    sends: tuple[Send, ...]
    suppressed: tuple[Suppress, ...]
    next_at: datetime | None


def plan(matter: Matter, now: datetime, *, meeting_wait: timedelta, settled: bool = False) -> Plan:
    """``settled``: the proposal's slot was confirmed, so that asking for a choice would be wrong."""
    sends: list[Send] = []
    suppressed: list[Suppress] = []
    waits: list[datetime] = []
    for notice, audience in _wanted(matter):
        delivery = matter.deliveries.get(notice.delivery_key(audience))
        if delivery and delivery.status is not Status.OPEN:
            continue
        if _waits_for_state(matter, notice):
            continue
        reason = _reason_against(matter, notice, audience, now, settled=settled)
        until = _wait_until(matter, notice, delivery, meeting_wait)
        if reason:
            suppressed.append(Suppress(notice, audience, reason))
        elif until and until > now:
            waits.append(until)
        else:
            sends.append(Send(notice, audience))
    suppressed += _links_no_more(matter, {send.notice.delivery_key(send.audience) for send in sends})
    next_at = now if sends or suppressed else min(waits, default=None)
    return Plan(tuple(sends), tuple(suppressed), next_at)


def _wanted(matter: Matter) -> list[tuple[Notice, Audience]]:
    """Every mail that the notices ask for, oldest revision first, and the links still to be told."""
    notices = sorted(matter.notices.values(), key=lambda notice: (notice.revision, notice.at, notice.key))
    pairs = [(notice, audience) for notice in notices for audience in notice.audiences]
    links = (_link_to_tell(matter, audience) for audience in (Audience.GUEST, Audience.STAFF))
    return pairs + [(notice, notice.audiences[0]) for notice in links if notice]


def _link_to_tell(matter: Matter, audience: Audience) -> Notice | None:
    """A mail of its own for the link, where the newest mail sent told none or another (G11, G12)."""
    meeting = matter.meeting
    if meeting is None or not matter.link or matter.closed:
        return None
    told = [d for d in matter.deliveries.values() if d.audience is audience and d.purpose in CARRIERS]
    if any(d.status is Status.OPEN and d.purpose is not Purpose.LINK for d in told):
        return None
    sent = [d for d in told if d.status is Status.SENT]
    newest = max(sent, key=lambda d: (d.revision, d.ended_at or meeting.at), default=None)
    if newest is None or newest.link == matter.link:
        return None
    return Notice(
        purpose=Purpose.LINK,
        revision=max(newest.revision, meeting.revision),
        audiences=(audience,),
        at=meeting.at,
        chain=meeting.chain,
        tag=matter.link,
    )


def _links_no_more(matter: Matter, sending: set[str]) -> list[Suppress]:
    """Link mails that the mail server has not taken yet and whose link is not the valid one any more."""
    return [
        Suppress(_notice_of(delivery, matter.meeting), delivery.audience, matter.closed or "superseded")
        for key, delivery in matter.deliveries.items()
        if delivery.purpose is Purpose.LINK
        and delivery.status is Status.OPEN
        and key not in sending
        and matter.meeting is not None
        and (matter.closed or delivery.link != matter.link)
    ]


def _notice_of(delivery: Delivery, meeting: Meeting) -> Notice:
    return Notice(
        purpose=delivery.purpose,
        revision=delivery.revision,
        audiences=(delivery.audience,),
        at=meeting.at,
        chain=meeting.chain,
        tag=delivery.link,
    )


def _waits_for_state(matter: Matter, notice: Notice) -> bool:
    return notice.purpose not in _NEEDS_NO_STATE and matter.revision < notice.revision


def _reason_against(matter: Matter, notice: Notice, audience: Audience, now: datetime, *, settled: bool) -> str:
    """Why this mail must not go out (any more), or empty."""
    if matter.closed and notice.purpose not in _TELLS_THE_END:
        return matter.closed
    if settled and notice.purpose is not Purpose.WITHDRAWN:
        return "settled"
    if _is_superseded(matter, notice, audience):
        return "superseded"
    if notice.purpose is Purpose.ISSUE_FAILED and matter.link:
        return "issued"
    if notice.purpose in _ASKS_TO_CHOOSE and not _has_slots(matter):
        return "no_slots"
    if audience is Audience.GUEST and not _guest_address(matter):
        return "no_address"
    return _reason_against_reminding(matter, notice, now) if notice.purpose is Purpose.REMINDER else ""


def _reason_against_reminding(matter: Matter, notice: Notice, now: datetime) -> str:
    """Never after the start, never for a time that is no more (R27, G22)."""
    appointment = matter.appointment
    if appointment is None or appointment.start_at != notice.start_at:
        return "superseded"
    return "too_late" if now >= appointment.start_at else ""


def _is_superseded(matter: Matter, notice: Notice, audience: Audience) -> bool:
    """A mail of an older revision never follows a newer one, and nobody is told of an expiry that was reopened."""
    if notice.purpose in _OUTLIVES_NEWER:
        return False
    if notice.purpose is Purpose.EXPIRED and matter.revision > notice.revision and _has_slots(matter):
        return True
    return any(
        newer.revision > notice.revision and newer.purpose not in _OUTLIVES_NEWER and audience in newer.audiences
        for newer in matter.notices.values()
    )


def _wait_until(matter: Matter, notice: Notice, delivery: Delivery | None, meeting_wait: timedelta) -> datetime | None:
    """Until when to hold this mail back: for its link (G11), or after a failed try."""
    if delivery:
        return delivery.next_at
    appointment = matter.appointment
    if notice.purpose not in _WAITS_FOR_LINK or appointment is None or not appointment.wants_meeting or matter.link:
        return None
    until = notice.at + meeting_wait
    return None if matter.hopeless_until(until) else until


def _has_slots(matter: Matter) -> bool:
    """A proposal that is over, or whose slots are all taken, has none."""
    return matter.proposal is not None and bool(matter.proposal.slots)


def _guest_address(matter: Matter) -> str:
    state = matter.appointment or matter.proposal
    return state.guest.email if state else ""
