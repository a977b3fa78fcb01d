"""Which mails are due now: one pure function of what is known, so that any order and repetition of events ends in
the same mails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifier.model.invited import waits_for_entry, waits_for_removal
from services.notifier.model.matter import Delivery, Matter, Notice, Status, address_mark
from shared.contracts.booking import Appointment, FormerGuest
from shared.contracts.notifier import Audience, Purpose
from shared.recurrence import occurrences

CARRIERS = (Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.LINK, Purpose.NOTICE)
"""Mails that tell the link; the newest one sent must tell the one that is valid (G12)."""

_REMINDS = (Purpose.REMINDER, Purpose.NOTICE)
"""Of what was told before, and never after the start."""

_ASKS_TO_CHOOSE = (Purpose.PROPOSED, Purpose.SLOTS_CHANGED)
_WAITS_FOR_LINK = (Purpose.CONFIRMED, Purpose.RESCHEDULED)
_INVITES = (*_WAITS_FOR_LINK, Purpose.LINK)
_TELLS_LINK = (*_WAITS_FOR_LINK, Purpose.NOTICE)
_OF_CONNECTIONS = (Purpose.CONNECTION_BROKEN, Purpose.SYNC_FROZEN, Purpose.ZOOM_ACCOUNT_ENDED, Purpose.BUDGET_GONE)
_OUTLIVES_NEWER = (Purpose.NEW_SLOTS_REQUESTED, Purpose.ISSUE_FAILED, Purpose.REPLACED, *_OF_CONNECTIONS)
_SAYS_NOTHING_NEWER = (*_OUTLIVES_NEWER, *_REMINDS, Purpose.SLOTS_RUNNING_LOW, Purpose.UNANSWERED)
"""Mails that are no reason to leave out an older one: whoever gets them still misses what it said."""

_TELLS_THE_END = (Purpose.CANCELED, Purpose.DECLINED, Purpose.REPLACED, Purpose.WITHDRAWN, *_OF_CONNECTIONS)
_NEEDS_NO_STATE = (*_OF_CONNECTIONS, Purpose.INVITED, Purpose.TEMPLATE_BROKEN, Purpose.WEBHOOK_DISABLED)
SUPERSEDED = "superseded"
GIVEN_UP = "given_up"


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
    wanted = _wanted(matter, now)
    carriers = [(notice, audience) for notice, audience in wanted if notice.purpose in _INVITES]
    told = {audience for _, audience in carriers} - {pair[1] for pair in carriers if _is_untold(matter, *pair)}
    for notice, audience in wanted:
        key = notice.delivery_key(audience)
        delivery = matter.deliveries.get(key)
        if not matter.is_to_go_out(key):
            continue
        if _waits_for_state(matter, notice):
            continue
        reason = _reason_against(matter, notice, audience, now, settled=settled)
        until = _wait_until(matter, notice, audience, delivery, meeting_wait, now)
        if reason:
            suppressed.append(Suppress(notice, audience, reason))
        elif until and until > now:
            waits.append(until)
        elif notice.purpose not in _REMINDS or audience in told:
            sends.append(Send(notice, audience))
        elif matter.appointment:
            waits.append(matter.appointment.start_at)
    suppressed += _links_no_more(matter, {notice.delivery_key(audience) for notice, audience in wanted})
    next_at = now if sends or suppressed else min(waits, default=None)
    return Plan(tuple(sends), tuple(suppressed), next_at)


def _wanted(matter: Matter, now: datetime) -> list[tuple[Notice, Audience]]:
    """Every mail that the notices ask for, oldest revision first, and the links still to be told."""
    notices = sorted(matter.notices.values(), key=lambda notice: (notice.revision, notice.at, notice.key))
    pairs = [(notice, audience) for notice in notices for audience in notice.audiences]
    links = (_link_to_tell(matter, audience, now) for audience in (Audience.GUEST, Audience.STAFF))
    return pairs + [(notice, notice.audiences[0]) for notice in links if notice]


def _is_untold(matter: Matter, notice: Notice, audience: Audience) -> bool:
    """Whether this mail is still to be taken by the mail server."""
    delivery = matter.deliveries.get(notice.delivery_key(audience))
    return delivery is None or (delivery.status is Status.OPEN and not delivery.is_told)


def _link_to_tell(matter: Matter, audience: Audience, now: datetime) -> Notice | None:
    """A mail of its own for the link, where the newest mail told none or another (G11, G12); of one that is told just
    before the start, not before a mail had the chance to tell it (C7).
    """
    meeting, appointment = matter.joining, matter.appointment
    if meeting is None or appointment is None or not matter.link or matter.closed:
        return None
    told = (n for n in matter.notices.values() if n.purpose in _TELLS_LINK and audience in n.audiences)
    if any(_is_untold(matter, notice, audience) and not _is_over(matter, notice, audience) for notice in told):
        return None  # a confirmation, a move or a notice is still to come, and with it the link
    mine = [d for d in matter.deliveries.values() if d.purpose in CARRIERS and _is_read_by(matter, audience, d)]
    if not _may_be_told(matter, audience, mine, now):
        return None
    named = _named_by(matter, audience, mine)
    links = [d for d in mine if d.purpose is Purpose.LINK and _link_of(d) == named]
    for delivery in links:
        if delivery.status is Status.OPEN:
            return _notice_of(matter, delivery)
    own_link = matter.own_link(audience)
    if not _misses_the_link(mine, lambda d: d.tells(matter.link, own_link)):
        return None
    if not _misses_the_link(mine, lambda d: d.tells(matter.link, d.own_link)) and _may_change(matter):
        return None
    again = sum(d.status is Status.SENT or (d.status is Status.SUPPRESSED and d.reason == SUPERSEDED) for d in links)
    tag = f"{named}~{again}" if again else named
    return Notice(
        purpose=Purpose.LINK,
        revision=appointment.revision,
        audiences=(audience,),
        at=meeting.at,
        chain=meeting.chain,
        tag=tag,
    )


def _is_over(matter: Matter, notice: Notice, audience: Audience) -> bool:
    """A notice that will not be sent keeps no link back."""
    delivery = matter.deliveries.get(notice.delivery_key(audience))
    return notice.purpose is Purpose.NOTICE and delivery is not None and delivery.status is not Status.OPEN


def _may_be_told(matter: Matter, audience: Audience, mine: list[Delivery], now: datetime) -> bool:
    """Not before its time, and then by the notice, unless a mail went out since then without it (C7)."""
    appointment = matter.appointment
    if appointment is None or audience is not Audience.GUEST:
        return True
    link_at = appointment.link_at
    if link_at is None:
        return True
    return now >= link_at and any(d.is_told and d.ended_at is not None and d.ended_at >= link_at for d in mine)


def _is_read_by(matter: Matter, audience: Audience, delivery: Delivery) -> bool:
    """Whether it went to who is on this side now; another guest has read none of the former one's mails (C9)."""
    return delivery.audience is audience and (audience is not Audience.GUEST or delivery.to in ("", matter.guest_mark))


def _named_by(matter: Matter, audience: Audience, mine: list[Delivery]) -> str:
    """Names what a link mail of now tells: the meeting's link, and the guest's own where that was another before."""
    own_link = matter.own_link(audience)
    renewed = any(d.own_link not in ("", own_link) for d in mine)
    return f"{matter.link}-{own_link}" if renewed else matter.link


def _may_change(matter: Matter) -> bool:
    """Whether the link that is known may be about to go, so that it is not worth a mail of its own (C9)."""
    meeting, appointment = matter.meeting, matter.appointment
    if meeting is None or appointment is None or meeting.revision >= appointment.revision:
        return False
    return not matter.hopeless_until(appointment.start_at)


def _misses_the_link(mine: list[Delivery], tells: Callable[[Delivery], bool]) -> bool:
    """Whether the newest mail that surely arrived, or any that may have since, told no way to join, or an old one.

    Who was never told of the appointment misses nothing.
    """
    arrived = [d for d in mine if d.is_told or (d.unsure and d.status is not Status.OPEN)]
    arrived.sort(key=lambda d: (d.revision, d.ended_at.timestamp() if d.ended_at else 0.0))
    sure = max((place for place, d in enumerate(arrived) if d.is_told), default=None)
    return sure is not None and any(not tells(d) for d in arrived[sure:])


def _links_no_more(matter: Matter, wanted: set[str]) -> list[Suppress]:
    """Link mails that the mail server has not taken yet and whose link is not to be told any more."""
    return [
        Suppress(_notice_of(matter, delivery), delivery.audience, matter.closed or SUPERSEDED)
        for key, delivery in matter.deliveries.items()
        if delivery.purpose is Purpose.LINK and delivery.status is Status.OPEN and key not in wanted
    ]


def _link_of(delivery: Delivery) -> str:
    return delivery.tag.partition("~")[0]


def _notice_of(matter: Matter, delivery: Delivery) -> Notice:
    """The notice of a link mail that is under way."""
    meeting = matter.joining
    if meeting is None:
        raise ValueError("a link mail without a meeting")
    return Notice(
        purpose=delivery.purpose,
        revision=delivery.revision,
        audiences=(delivery.audience,),
        at=meeting.at,
        chain=meeting.chain,
        tag=delivery.tag,
    )


def _waits_for_state(matter: Matter, notice: Notice) -> bool:
    return notice.purpose not in _NEEDS_NO_STATE and matter.revision < notice.revision


def _reason_against(matter: Matter, notice: Notice, audience: Audience, now: datetime, *, settled: bool) -> str:
    """Why this mail must not go out (any more), or empty."""
    if notice.delivery_key(audience) in matter.given_up:
        return GIVEN_UP
    if matter.closed and notice.purpose not in _TELLS_THE_END:
        return matter.closed
    if settled and notice.purpose is not Purpose.WITHDRAWN:
        return "settled"
    if _is_superseded(matter, notice, audience):
        return SUPERSEDED
    if notice.purpose is Purpose.ISSUE_FAILED and matter.link:
        return "issued"
    if notice.purpose is Purpose.SLOTS_RUNNING_LOW and _has_enough(matter, notice, now):
        return SUPERSEDED
    if notice.expires_at is not None and now >= notice.expires_at:
        return "too_late"
    if notice.former_guest is not None and not _was_told(matter, notice.former_guest, notice.revision):
        return "never_told"
    if notice.purpose in _ASKS_TO_CHOOSE and not _has_slots(matter):
        return "no_slots"
    if audience is Audience.GUEST and not _guest_address(matter, notice):
        return "no_address"
    return _reason_against_reminding(matter, notice, now) if notice.purpose in _REMINDS else ""


def _reason_against_reminding(matter: Matter, notice: Notice, now: datetime) -> str:
    """Never after the start, never for a time that is no more (R27, G22)."""
    appointment = matter.appointment
    if appointment is None or notice.start_at not in _starts(appointment):
        return SUPERSEDED
    return "too_late" if notice.start_at is None or now >= notice.start_at else ""


def _starts(appointment: Appointment) -> list[datetime]:
    """Of all that takes place (E6)."""
    found = occurrences(
        appointment.start_at,
        appointment.end_at,
        appointment.time_zone,
        appointment.series,
        all_day=appointment.all_day,
    )
    return [one.start_at for one in found]


def _is_superseded(matter: Matter, notice: Notice, audience: Audience) -> bool:
    """A mail of an older revision never follows one that tells a newer state, and nobody is told of an expiry that
    was reopened. A link mail is of the newest state as long as it is wanted.
    """
    if notice.purpose in _OUTLIVES_NEWER or notice.purpose is Purpose.LINK:
        return False
    if notice.purpose is Purpose.EXPIRED and matter.revision > notice.revision and _has_slots(matter):
        return True
    return any(
        newer.revision > notice.revision
        and newer.purpose not in _SAYS_NOTHING_NEWER
        and audience in newer.audiences
        and _is_about_the_same(newer, notice)
        for newer in matter.notices.values()
    )


def _is_about_the_same(newer: Notice, notice: Notice) -> bool:
    """What is said of one occurrence replaces nothing but what was said of that one (E6)."""
    if newer.occurrence is None:
        return True
    return notice.occurrence is not None and notice.occurrence.original_start_at == newer.occurrence.original_start_at


def _wait_until(
    matter: Matter,
    notice: Notice,
    audience: Audience,
    delivery: Delivery | None,
    meeting_wait: timedelta,
    now: datetime,
) -> datetime | None:
    """Until when to hold this mail back: for what invites the guest, or what takes that back (G14), for its link (G11)
    where it may tell it (C7), or after a failed try.
    """
    if delivery:
        return delivery.next_at
    if audience is Audience.GUEST and notice.purpose in _INVITES and waits_for_removal(matter, notice):
        return notice.at + meeting_wait
    if audience is Audience.GUEST and notice.purpose in _WAITS_FOR_LINK and waits_for_entry(matter):
        return notice.at + meeting_wait
    return _link_until(matter, notice, audience, meeting_wait, now)


def _link_until(
    matter: Matter, notice: Notice, audience: Audience, meeting_wait: timedelta, now: datetime
) -> datetime | None:
    """A plain move keeps the link; one that was issued before ``link_since`` is about to go (G12)."""
    appointment = matter.appointment
    if notice.purpose not in _WAITS_FOR_LINK or appointment is None or not appointment.wants_meeting:
        return None
    if matter.link_comes_at(audience, now):
        return None
    if matter.link and matter.meeting and matter.meeting.revision >= appointment.link_since:
        return None
    until = notice.at + meeting_wait
    return None if matter.hopeless_until(until) else until


def _has_slots(matter: Matter) -> bool:
    """A proposal that is over, or whose slots are all taken, has none."""
    return matter.proposal is not None and bool(matter.proposal.slots)


def _has_enough(matter: Matter, notice: Notice, now: datetime) -> bool:
    """Whether staff have added slots since they were few."""
    remaining = [slot for slot in matter.proposal.slots if slot.start_at > now] if matter.proposal else []
    return matter.revision > notice.revision and len(remaining) >= notice.minimum


def _was_told(matter: Matter, former: FormerGuest, revision: int) -> bool:
    """Whoever chose the time knows of it; of those who took a guest's place some are replaced before they are told."""
    took_a_place = any(n.former_guest is not None and n.revision < revision for n in matter.notices.values())
    mark = address_mark(former.guest.email)
    return not took_a_place or any(d.to == mark and (d.is_told or d.unsure) for d in matter.deliveries.values())


def _guest_address(matter: Matter, notice: Notice) -> str:
    """Where the guest is told anything at all (E2)."""
    if matter.appointment is not None:
        guest = notice.former_guest.guest if notice.former_guest else matter.appointment.guest
        return guest.email if matter.appointment.mails_guest else ""
    return matter.proposal.guest.email if matter.proposal else ""
