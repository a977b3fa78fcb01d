"""Another person takes the guest's place (C9): what of the appointment is theirs from then on."""

from collections.abc import Callable
from datetime import datetime

from services.booking.model.appointment import Appointment
from services.booking.model.expected_mails import mails
from services.booking.model.proposal import TokenSource
from services.booking.model.titles import title_of
from shared.contracts.booking import FormerGuest
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.people import Guest

NewTokens = Callable[[Appointment], tuple[TokenSource, TokenSource]]


def with_guest(before: Appointment, guest: Guest) -> Appointment:
    """A title that was made of the guest stays made of the guest."""
    made = before.title == title_of("", before.guest)
    after = before.model_copy(update={"guest": guest, "title": title_of("", guest) if made else before.title})
    if not is_another(before, after):
        return after
    return after.model_copy(update={"email_typed": False, "guest_time_zone": "", "guest_locale": ""})


def is_another(before: Appointment, after: Appointment) -> bool:
    """Another address is another person; a name or a company is put right, and an unknown address becomes known."""
    known, now = before.guest.email.casefold(), after.guest.email.casefold()
    return bool(known) and known != now


def has_left(before: Appointment, after: Appointment) -> bool:
    """Whether somebody of the staff takes part no more."""
    return any(not after.takes_part(one) for one in (before.organizer_id, *before.attendee_ids))


def without(before: Appointment, staff_id: str, now: datetime) -> Appointment | None:
    """As after the removal of somebody who was disabled. None where they do not attend, and where nobody could go on
    for them: what they organize or attend alone stays theirs until somebody else is put in their place.
    """
    others = [one for one in before.attendees if one.staff_id != staff_id]
    if len(others) == len(before.attendees) or not others or before.organizer_id == staff_id:
        return None
    with_calendar = [one for one in before.with_calendar if one != staff_id]
    left = {"attendees": others, "with_calendar": with_calendar}
    ends = {"link_generation": before.link_generation + 1, "link_told": False, "learns_from": now}
    return before.model_copy(update={**left, **ends})


def with_rights_of(before: Appointment, after: Appointment, now: datetime, new_tokens: NewTokens) -> Appointment:
    """Whoever lost the right to attend holds links that lead nowhere: the page and the join link of a former guest are
    dead, and the meeting is made anew where they knew how to join it. A plain move keeps all of them (G12).
    """
    another = is_another(before, after)
    knows = before.guest_knows_link(now)
    ends = (another and knows) or has_left(before, after)
    changes: dict[str, object] = {
        "link_generation": before.link_generation + ends,
        "link_told": knows and not ends and (before.wants_meeting or _meets_there(before, after)),
        "learns_from": now if another or ends else before.learns_from,
    }
    if another:
        token, join_token = new_tokens(before)
        changes |= {"token": token, "join_token": join_token, "own_page": True}
    return after.model_copy(update=changes)


def _meets_there(before: Appointment, after: Appointment) -> bool:
    """With the same other tool (C5)."""
    return bool(before.place) and before.place == after.place


def link_stays_known(appointment: Appointment) -> bool:
    """Whether somebody may attend no more who knows the link by hand, until staff enter another one."""
    entered_in = appointment.link_by_hand_generation
    return appointment.wants_meeting and entered_in is not None and entered_in < appointment.link_generation


def leaves_link_known(before: Appointment, after: Appointment) -> bool:
    """Whether this change ended somebody's right to attend while the link is one that nobody can make anew."""
    return link_stays_known(after) and after.link_generation != before.link_generation


def farewell(before: Appointment, after: Appointment) -> FormerGuest | None:
    """To whom, and of what, the end is to be told."""
    if not is_another(before, after):
        return None
    return FormerGuest(
        guest=before.guest,
        guest_time_zone=before.guest_time_zone,
        guest_locale=before.guest_locale,
        title=before.shown_title,
        start_at=before.start_at,
        end_at=before.end_at,
    )


def expecting_farewell(before: Appointment, after: Appointment) -> Appointment:
    """The guest's side of the effects: the new guest is invited, the former one told the end."""
    if not is_another(before, after) or not after.mails_guest:
        return after
    kept = [item for item in after.expected if item.of != Audience.GUEST or item.purpose in (None, Purpose.NOTICE)]
    owed = [
        mail
        for purpose in (Purpose.CONFIRMED, Purpose.REPLACED)
        for mail in mails(purpose, [Audience.GUEST], after.version, after.link_at)
    ]
    return after.model_copy(update={"expected": [*kept, *owed]})
