"""What happens in the attendees' mailboxes: copies with ids of their own, answers, and the mails Exchange sends."""

from collections.abc import Callable
from dataclasses import replace

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.ids import new_event_id
from deploy.sandbox.microsoft.state import Event, Mailbox, MicrosoftState, address_of
from deploy.sandbox.microsoft.times import timestamp
from shared import clock

Changed = Callable[[Mailbox, Event, str, bool], None]
"""Told the mailbox, the event, ``created``, ``updated`` or ``deleted``, and whether to notify."""

_OWN = (
    "showAs",
    "categories",
    "reminderMinutesBeforeStart",
    "isReminderOn",
    "singleValueExtendedProperties",
    "transactionId",
)
_MAILED = ("subject", "body", "location", "locations", "recurrence", "sensitivity", "isOnlineMeeting")


def invited(event: Event | None) -> dict[str, Resource]:
    """The attendees of a live event by address, its organizer left out."""
    if event is None or event.deleted:
        return {}
    people = {address_of(attendee): attendee for attendee in event.attendees()}
    people.pop(event.organizer, None)
    return people


class Meetings:
    """Keeps attendees' copies in step with the organizer's event."""

    def __init__(self, state: MicrosoftState, mailbox_of: Callable[[str], Mailbox | None], changed: Changed) -> None:
        self._state = state
        self._mailbox_of = mailbox_of
        self._changed = changed

    def follow(self, organizer: Mailbox, event: Event, before: Event | None, push: bool) -> None:
        """The organizer's event changed: copies are made, changed and removed, attendees mailed; rooms read no mail."""
        were, are = invited(before), invited(event)
        moved = before is not None and before.span != event.span
        mails_all = moved or (before is not None and _differs(event, before))
        if before is not None and not mails_all and were.keys() == are.keys():
            return
        rooms = {address for address, one in (were | are).items() if one["type"] == "resource"}
        for address in sorted(were.keys() | are.keys()):
            mailbox = self._mailbox_of(address)
            if address not in are:
                self._remove_copy(mailbox, event, push)
            elif mailbox is not None:
                self._write_copy(organizer, mailbox, event, moved=moved, push=push)
            if address in rooms:
                continue
            if address not in are:
                self._mail(organizer, event, address, "cancellation")
            elif address not in were:
                self._mail(organizer, event, address, "invitation")
            elif mails_all:
                self._mail(organizer, event, address, "update")

    def _write_copy(self, organizer: Mailbox, mailbox: Mailbox, event: Event, *, moved: bool, push: bool) -> None:
        known_id = self._state.copies.get(event.uid, {}).get(mailbox.email)
        existing = mailbox.live(known_id) if known_id else None
        if existing is None and known_id and _declined(event, mailbox.email) and not moved:
            return
        answered = existing is not None and not moved
        own = existing.resource if existing else {"showAs": "tentative"}
        if existing is not None and moved:
            own = own | {"showAs": "tentative"}
        resource = {key: value for key, value in event.resource.items() if key not in _OWN}
        resource |= {"categories": [], "reminderMinutesBeforeStart": 15, "isReminderOn": True}
        resource |= {key: own[key] for key in _OWN if key in own}
        resource["organizerName"] = organizer.name
        copy = replace(
            event,
            id=existing.id if existing else new_event_id(),
            number=existing.number if existing else self._state.next_number(),
            revision=existing.revision + 1 if existing else 1,
            resource=resource,
            response=existing.response if existing and answered else "notResponded",
            calendar=existing.calendar if existing else "",
        )
        self._state.put(mailbox, copy)
        self._changed(mailbox, copy, "updated" if existing else "created", push)

    def _remove_copy(self, mailbox: Mailbox | None, event: Event, push: bool) -> None:
        if mailbox is None:
            return
        copy_id = self._state.copies.get(event.uid, {}).get(mailbox.email)
        copy = mailbox.live(copy_id) if copy_id else None
        if copy is None or copy.organizer == mailbox.email:
            return
        gone = replace(copy, deleted=True, revision=copy.revision + 1, updated_at=event.updated_at)
        self._state.put(mailbox, gone)
        self._changed(mailbox, gone, "deleted", push)

    def _mail(self, organizer: Mailbox, event: Event, to: str, kind: str) -> None:
        self._state.invitations.append(
            {
                "at": timestamp(clock.now()),
                "kind": kind,
                "to": to,
                "user": organizer.email,
                "event_id": event.id,
                "iCalUId": event.uid,
                "subject": event.resource["subject"],
            }
        )


def _differs(event: Event, before: Event) -> bool:
    return any(event.resource.get(key) != before.resource.get(key) for key in _MAILED)


def _declined(event: Event, address: str) -> bool:
    attendee = invited(event).get(address)
    return attendee is not None and attendee["status"]["response"] == "declined"
