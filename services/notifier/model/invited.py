"""What invites the guest (G14): one UID for life, fixed by the first mail that carries an invitation. It is the
organizer's entry's where the guest takes part in that (H9), so that an answer finds its way, else ours.
"""

from dataclasses import dataclass

from services.notifier.model.matter import Delivery, Entry, Matter, Notice
from shared.contracts.notifier import Audience

ANEW = "invitation"
"""Tags the mail that invites a guest anew who lost the entry."""


@dataclass(frozen=True)
class Invited:
    """``uid`` is empty for our own; ``organizer`` is whose entry it is, who gets the answer where one is asked for."""

    uid: str = ""
    organizer: str = ""
    asks: bool = False


def invited_by(matter: Matter) -> Invited | None:
    """How mails of now invite who is the guest now; None where the provider does, so that ours carry none."""
    told, entry = _told(matter), _entry(matter)
    takes_part = entry is not None and entry.with_guest
    if told is not None:
        return Invited(told.uid, told.organizer, bool(told.uid) and takes_part)
    if entry is None or not takes_part:
        return Invited()
    return None if entry.by_provider else Invited(entry.uid, _organizer(matter), True)


def lost_the_entry(before: Matter, after: Matter) -> bool:
    """Whether the guest took part in an entry, and knows it, and does not in the one that stands in its place: another
    organizer's or provider's, or one that was made anew. Their calendar may have lost it with the old one.
    """
    entry, told = _entry(after), _told(after)
    took_part = any(one.with_guest for one in before.entries.values())
    knows = any(one.audience is Audience.GUEST and one.is_told for one in after.deliveries.values())
    apart = told is not None and not told.uid
    return took_part and knows and not apart and entry is not None and not entry.with_guest and before != after


def waits_for_entry(matter: Matter) -> bool:
    """Whether nothing has settled yet what invites the guest: the entry is under way."""
    appointment = matter.appointment
    if appointment is None or not appointment.guest_participates or not appointment.mails_guest:
        return False
    return _told(matter) is None and _entry(matter) is None


def waits_for_removal(matter: Matter, notice: Notice) -> bool:
    """Whether the guest is in an entry that is about to go: what takes it from their calendar, be it the CANCEL of a
    provider that had invited them by itself, is to come before our REQUEST (G14).
    """
    ours_instead = _told(matter) is None and invited_by(matter) is not None
    return notice.tag == ANEW or (ours_instead and any(one.has_invited for one in matter.entries.values()))


def is_apart(matter: Matter, delivery: Delivery) -> bool:
    """Whether this mail invites a guest in our own name who was to take part in the organizer's entry."""
    expected = matter.appointment is not None and matter.appointment.guest_participates
    to_guest = delivery.audience is Audience.GUEST and delivery.to in ("", matter.guest_mark)
    return expected and to_guest and delivery.sequence >= 0 and not delivery.uid


def _told(matter: Matter) -> Delivery | None:
    """The newest mail that may have invited this guest."""
    mine = [
        one
        for one in matter.deliveries.values()
        if one.audience is Audience.GUEST and one.sequence >= 0 and one.to in ("", matter.guest_mark)
    ]
    return max(mine, key=lambda one: one.sequence, default=None)


def _entry(matter: Matter) -> Entry | None:
    return matter.entries.get(matter.appointment.organizer_id) if matter.appointment else None


def _organizer(matter: Matter) -> str:
    if matter.appointment is None:
        return ""
    people = [*matter.appointment.attendees, matter.appointment.creator]
    return next((one.person.email for one in people if one.staff_id == matter.appointment.organizer_id), "")
