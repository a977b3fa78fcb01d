"""What calendar_sync's events say of holds and entries, as reports by key (G9). ``within`` is when it said so: one row
of its ledger is worked on by one worker at a time, so that this is the order in which things came true.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.booking.model.effects import Report, Reported, covered_key, entry_key, hold_key, report, room_key
from shared.contracts.calendar_sync import (
    CalendarEntryRemoved,
    CalendarEntryWritten,
    CalendarWriteFailed,
    GuestResponded,
    Hold,
    RoomResponded,
    RoomResponse,
)

Told = dict[str, Report]
GUEST_ENTRY_KEY = "guest_entry"
"""The UID of the organizer's entry, where the guest takes part in it (H9)."""
GUEST_RESPONSE_KEY = "guest_response"
"""What the guest says to it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: datetime) -> int:
    """Connections, holds and entries come and go as different documents, mails are tried many times; when they did
    orders them. In whole milliseconds, which rounding must not make equal.
    """
    return (at - _EPOCH) // timedelta(milliseconds=1)


def of_holds(held: Sequence[Hold], revision: int, status: Reported, within: int) -> Told:
    told = report(revision, status, within=within)
    return {hold_key(hold.staff_id, hold.slot_id): told for hold in held}


def of_entry_written(event: CalendarEntryWritten, within: int) -> Told:
    """Of the entry, of everybody whom it covers, and of a guest who is to take part in it."""
    covers = sorted({event.staff_id, *event.covers})
    told = report(event.revision, Reported.DONE, within=within, owner=event.staff_id, covers=covers)
    news = {entry_key(event.staff_id): told, **{covered_key(staff_id): told for staff_id in covers}}
    if event.with_guest is not None:
        uid = event.ical_uid if event.with_guest else None
        news[GUEST_ENTRY_KEY] = report(event.revision, Reported.DONE, within=within, reason=uid)
    return news


def of_entry_removed(event: CalendarEntryRemoved, within: int) -> Told:
    return {entry_key(event.staff_id): report(event.revision, Reported.GONE, within=within)}


def of_guest_response(event: GuestResponded, within: int) -> Told:
    return {GUEST_RESPONSE_KEY: report(event.revision, Reported.DONE, within=within, reason=str(event.response))}


_ROOM = {RoomResponse.ACCEPTED: Reported.DONE, RoomResponse.DECLINED: Reported.FAILED}


def of_room(event: RoomResponded, within: int) -> Told:
    """What is neither a yes nor a no is waited for."""
    status = _ROOM.get(event.response, Reported.WAITING)
    reason = None if status is Reported.DONE else str(event.response)
    return {room_key(event.room_id): report(event.revision, status, within=within, reason=reason)}


def of_write_failed(event: CalendarWriteFailed, within: int) -> Told:
    """A hold where a slot is named, else an entry."""
    status = Reported.WAITING if event.retry_at else Reported.FAILED
    told = report(event.revision, status, within=within, reason=event.reason, until=event.retry_at)
    return {hold_key(event.staff_id, event.slot_id) if event.slot_id else entry_key(event.staff_id): told}
