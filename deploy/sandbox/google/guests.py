"""What happens at the other people of an event: copies in their calendars and the mails that Google sends by itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from deploy.sandbox.calendars import Resource
from deploy.sandbox.google.bodies import PRIVATE
from deploy.sandbox.google.moments import stamp
from deploy.sandbox.google.state import CANCELLED, Entry, GoogleCalendar, GoogleState
from shared import clock


@dataclass(frozen=True)
class WriteOptions:
    """How a change is made. ``push`` false: watch channels are not told (a change without a notification)."""

    send_updates: str = "none"
    conference: bool = False
    if_match: str | None = None
    push: bool = True


def addresses(entry: Entry | None) -> dict[str, Resource]:
    """The guests of a live entry by lower-case address."""
    if entry is None or entry.cancelled:
        return {}
    return {guest["email"].lower(): guest for guest in entry.guests()}


class Guests:
    """Keeps participants' copies in step with the organizer's entry."""

    def __init__(
        self,
        state: GoogleState,
        calendar_of: Callable[[str], GoogleCalendar | None],
        changed: Callable[[GoogleCalendar, bool], None],
    ) -> None:
        self._state = state
        self._calendar_of = calendar_of
        self._changed = changed

    def follow(self, entry: Entry, before: Entry | None, options: WriteOptions) -> None:
        """The organizer's ``entry`` changed: write, change and cancel the copies, and mail whom Google mails."""
        were, are = addresses(before), addresses(entry)
        for address in were.keys() | are.keys():
            calendar = self._calendar_of(address) if address != entry.organizer else None
            if calendar is not None and address in are:
                self._write_copy(calendar, entry, are[address], options)
            elif calendar is not None:
                self._cancel_copy(calendar, entry, options)
        self._mail(entry, were, are, options)

    def _write_copy(self, calendar: GoogleCalendar, entry: Entry, guest: Resource, options: WriteOptions) -> None:
        existing = calendar.entries.get(entry.id)
        if existing is not None and existing.resource["iCalUID"] != entry.resource["iCalUID"]:
            return
        if existing is not None and existing.cancelled and guest["responseStatus"] == "declined":
            return
        copy = replace(
            entry,
            number=existing.number if existing else self._state.next_number(),
            revision=existing.revision + 1 if existing else 1,
            resource=_copied(entry.resource, existing.resource if existing else None),
        )
        self._state.put(calendar, copy)
        self._changed(calendar, options.push)

    def _cancel_copy(self, calendar: GoogleCalendar, entry: Entry, options: WriteOptions) -> None:
        existing = calendar.entries.get(entry.id)
        if existing is None or existing.cancelled:
            return
        cancelled = replace(
            existing,
            resource=existing.resource | {"status": CANCELLED},
            revision=existing.revision + 1,
            updated_at=entry.updated_at,
        )
        self._state.put(calendar, cancelled)
        self._changed(calendar, options.push)

    def _mail(
        self,
        entry: Entry,
        were: dict[str, Resource],
        are: dict[str, Resource],
        options: WriteOptions,
    ) -> None:
        if options.send_updates not in ("all", "externalOnly"):
            return
        people = {address for address, guest in (were | are).items() if not guest.get("resource")}
        for address in sorted(people - {entry.organizer}):
            if options.send_updates == "externalOnly" and self._calendar_of(address) is not None:
                continue
            kind = "invitation" if address not in were else "update" if address in are else "cancellation"
            self._state.invitations.append(
                {
                    "at": stamp(clock.now()),
                    "kind": kind,
                    "to": address,
                    "calendar": entry.organizer,
                    "event_id": entry.id,
                    "iCalUID": entry.resource["iCalUID"],
                    "summary": entry.resource.get("summary", ""),
                    "sendUpdates": options.send_updates,
                }
            )


def _copied(original: Resource, existing: Resource | None) -> Resource:
    """The organizer's resource with the participant's own parts, or what these begin as."""
    copy = {key: value for key, value in original.items() if key not in ("reminders", "colorId")}
    copy.pop("extendedProperties", None)
    shared = (original.get("extendedProperties") or {}).get("shared")
    extended: Resource = {"shared": shared} if shared else {}
    if existing is None:
        copy["reminders"] = {"useDefault": True}
    else:
        for key in PRIVATE:
            copy.pop(key, None)
            if key in existing:
                copy[key] = existing[key]
        if own := (existing.get("extendedProperties") or {}).get("private"):
            extended["private"] = own
    if extended:
        copy["extendedProperties"] = extended
    return copy
