"""Writing events: create, patch, delete, cancel and answer, with Graph's rules for each (facts 3.2, 3.3)."""

import uuid
from collections.abc import Callable
from dataclasses import replace

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.bodies import DEFAULTS, merged_extended, taken
from deploy.sandbox.microsoft.errors import (
    change_key_moved,
    invalid_request,
    item_not_found,
    transaction_id_used,
    unreadable_body,
)
from deploy.sandbox.microsoft.ids import check_id, new_event_id
from deploy.sandbox.microsoft.meetings import Changed, Meetings
from deploy.sandbox.microsoft.rooms import RoomAnswers
from deploy.sandbox.microsoft.series import occurrence_named, rule_lines
from deploy.sandbox.microsoft.state import Duplicate, Event, Mailbox, MicrosoftState, address_of
from deploy.sandbox.microsoft.times import Span, make_span, parse_wall, timestamp
from shared import clock


class EventBook:
    """All writing goes through here; ``changed`` is told every change of every mailbox."""

    def __init__(
        self,
        state: MicrosoftState,
        mailbox_of: Callable[[str], Mailbox | None],
        changed: Changed,
        rooms: RoomAnswers,
    ) -> None:
        self._state = state
        self._mailbox_of = mailbox_of
        self._changed = changed
        self._meetings = Meetings(state, mailbox_of, changed)
        self._rooms = rooms

    def get(self, mailbox: Mailbox, event_id: str) -> Event:
        """The live event or occurrence; raises 400 for a malformed id and 404."""
        found = mailbox.live(check_id(event_id))
        if found is None:
            found = occurrence_named(mailbox, event_id)
        if found is None:
            raise item_not_found()
        return found

    def create(self, mailbox: Mailbox, body: object, *, calendar: str = "", push: bool = True) -> Event:
        """A new event; a transactionId used before is answered as the settings say."""
        fields = taken(body)
        if not isinstance(body, dict):
            raise unreadable_body()
        start, end = parse_wall(body.get("start"), "start"), parse_wall(body.get("end"), "end")
        span = make_span(start, end, all_day=bool(fields.pop("isAllDay", False)))
        transaction_id = body.get("transactionId")
        if isinstance(transaction_id, str) and transaction_id:
            if transaction_id in mailbox.transactions:
                return self._used_before(mailbox, mailbox.transactions[transaction_id])
            fields["transactionId"] = transaction_id
        now = clock.now()
        event = Event(
            number=self._state.next_number(),
            id=new_event_id(),
            uid=f"040000008200E00074C5B7101A82E008{uuid.uuid4().hex.upper()}",
            resource=DEFAULTS | fields,
            span=span,
            organizer=mailbox.email,
            created_at=now,
            updated_at=now,
            calendar=calendar,
        )
        _check_recurrence(event)
        if "transactionId" in fields:
            mailbox.transactions[fields["transactionId"]] = event.id
        self._state.put(mailbox, event)
        self._changed(mailbox, event, "created", push)
        self._meetings.follow(mailbox, event, None, push)
        self._answer_for_rooms(event, push)
        return event

    def _used_before(self, mailbox: Mailbox, event_id: str) -> Event:
        duplicate = self._state.settings.duplicate_transaction
        existing = mailbox.live(event_id)
        if duplicate is Duplicate.EXISTING and existing is not None:
            return existing
        raise transaction_id_used(409 if duplicate is Duplicate.CONFLICT else 400, event_id)

    def patch(
        self, mailbox: Mailbox, event_id: str, body: object, *, if_match: str | None = None, push: bool = True
    ) -> Event:
        """Properties named are replaced whole (attendees too); others stay."""
        before = self._writable(mailbox, event_id, if_match)
        fields = taken(body)
        if not isinstance(body, dict):
            raise unreadable_body()
        span = _changed_span(before.span, body, bool(fields.pop("isAllDay", before.span.all_day)))
        if "singleValueExtendedProperties" in fields:
            held = before.resource.get("singleValueExtendedProperties") or []
            fields["singleValueExtendedProperties"] = merged_extended(held, fields["singleValueExtendedProperties"])
        if "attendees" in fields:
            answered = before.attendees() if span == before.span else _rooms(before.attendees())
            fields["attendees"] = _keep_answers(fields["attendees"], answered)
        event = replace(before, resource=before.resource | fields, span=span, exception=before.master_id is not None)
        _check_recurrence(event)
        if event.recurrence and (event.span, event.recurrence) != (before.span, before.recurrence):
            mailbox.forget_exceptions(event.id)
        saved = self._put(mailbox, event, "updated", push)
        if saved.organizer == mailbox.email and saved.master_id is None:
            self._meetings.follow(mailbox, saved, before, push)
            self._answer_for_rooms(saved, push)
        return saved

    def delete(self, mailbox: Mailbox, event_id: str, *, if_match: str | None = None, push: bool = True) -> None:
        """Gone at once; the organizer's deletion cancels the meeting, an attendee's declines it."""
        before = self._writable(mailbox, event_id, if_match)
        for exception in list(mailbox.exceptions(before.id)):
            if not exception.deleted:
                self._put(mailbox, replace(exception, deleted=True), "deleted", push)
        is_exception = before.master_id is not None
        gone = self._put(mailbox, replace(before, deleted=True, exception=is_exception), "deleted", push)
        if is_exception:
            return
        if gone.organizer == mailbox.email:
            self._meetings.follow(mailbox, gone, before, push)
        else:
            self._answer_organizer(mailbox.email, before, "declined", push)

    def bring_back(self, mailbox: Mailbox, event_id: str, *, push: bool = True) -> Event:
        """From the deleted items; nobody else hears of it."""
        return self._put(mailbox, replace(mailbox.events[event_id], deleted=False), "created", push)

    def cancel(self, mailbox: Mailbox, event_id: str) -> None:
        """The organizer cancels: attendees are told and the event goes. Raises 400 for anyone else."""
        event = self.get(mailbox, event_id)
        if event.organizer != mailbox.email:
            raise invalid_request("Your request can't be completed. You need to be an organizer to cancel a meeting.")
        self.delete(mailbox, event_id)

    def respond(self, mailbox: Mailbox, event_id: str, response: str, *, push: bool = True) -> None:
        """An attendee's answer; a decline takes the copy out of the own calendar. Raises 400 for the organizer."""
        copy = self.get(mailbox, event_id)
        if copy.organizer == mailbox.email:
            raise invalid_request(
                "Your request can't be completed. You can't respond to this meeting because you're the organizer."
            )
        if response == "declined":
            self._put(mailbox, replace(copy, deleted=True), "deleted", push)
        else:
            show_as = "busy" if response == "accepted" else "tentative"
            resource = copy.resource | {"showAs": show_as}
            self._put(mailbox, replace(copy, response=response, resource=resource), "updated", push)
        self._answer_organizer(mailbox.email, copy, response, push)

    def record_answer(self, event: Event, address: str, response: str, push: bool) -> Event:
        """The organizer's tracking of an attendee's answer; others do not see it. Raises 404 for a stranger."""
        home = self._mailbox_of(event.organizer)
        original_id = self._state.copies.get(event.uid, {}).get(event.organizer)
        original = home.live(original_id) if home and original_id else None
        if home is None or original is None:
            raise item_not_found()
        if address.lower() not in {address_of(attendee) for attendee in original.attendees()}:
            raise item_not_found()
        status = {"response": response, "time": timestamp(clock.now())}
        attendees = [
            attendee | {"status": status} if address_of(attendee) == address.lower() else attendee
            for attendee in original.attendees()
        ]
        answered = replace(original, resource=original.resource | {"attendees": attendees})
        return self._put(home, answered, "updated", push)

    def _answer_for_rooms(self, event: Event, push: bool) -> None:
        """After the write was answered."""
        for room, copy_id, response in self._rooms.due(event):
            self.respond(room, copy_id, response, push=push)

    def _answer_organizer(self, address: str, copy: Event, response: str, push: bool) -> None:
        home = self._mailbox_of(copy.organizer)
        original_id = self._state.copies.get(copy.uid, {}).get(copy.organizer)
        if home is not None and original_id and home.live(original_id):
            self.record_answer(copy, address, response, push)

    def _writable(self, mailbox: Mailbox, event_id: str, if_match: str | None) -> Event:
        event = self.get(mailbox, event_id)
        if if_match not in (None, "*", event.etag):
            raise change_key_moved()
        return event

    def _put(self, mailbox: Mailbox, event: Event, change: str, push: bool) -> Event:
        known = mailbox.events.get(event.id)
        saved = replace(
            event,
            updated_at=clock.now(),
            revision=(known or event).revision + 1,
            number=event.number if known else self._state.next_number(),
        )
        self._state.put(mailbox, saved)
        self._changed(mailbox, saved, change, push)
        return saved


def _changed_span(span: Span, body: Resource, all_day: bool) -> Span:
    if not isinstance(body.get("start"), dict) and not isinstance(body.get("end"), dict) and all_day == span.all_day:
        return span
    start = parse_wall(body["start"], "start") if body.get("start") else (span.start, span.start_zone)
    end = parse_wall(body["end"], "end") if body.get("end") else (span.end, span.end_zone)
    return make_span(start, end, all_day=all_day)


def _rooms(attendees: list[Resource]) -> list[Resource]:
    """Whom another time does not ask anew: rooms answer by themselves."""
    return [one for one in attendees if one.get("type") == "resource"]


def _keep_answers(attendees: list[Resource], before: list[Resource]) -> list[Resource]:
    """Who stays on the list keeps what they answered."""
    statuses = {address_of(one): one["status"] for one in before}
    return [one | {"status": statuses.get(address_of(one), one["status"])} for one in attendees]


def _check_recurrence(event: Event) -> None:
    if event.recurrence is not None:
        rule_lines(event.recurrence, event.span.start)
