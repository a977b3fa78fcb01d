"""What calendar_sync's events say of holds and entries, as reports by key (G9). ``within`` is when it said so: one row
of its ledger is worked on by one worker at a time, so that this is the order in which things came true.
"""

from collections.abc import Sequence

from services.booking.model.effects import Report, Reported, covered_key, entry_key, hold_key, report, room_key
from shared.contracts.calendar_sync import (
    CalendarEntryRemoved,
    CalendarEntryWritten,
    CalendarWriteFailed,
    Hold,
    RoomResponded,
    RoomResponse,
)

Told = dict[str, Report]


def of_holds(held: Sequence[Hold], revision: int, status: Reported, within: int) -> Told:
    told = report(revision, status, within=within)
    return {hold_key(hold.staff_id, hold.slot_id): told for hold in held}


def of_entry_written(event: CalendarEntryWritten, within: int) -> Told:
    """Of the entry, and of everybody whom it covers."""
    covers = sorted({event.staff_id, *event.covers})
    told = report(event.revision, Reported.DONE, within=within, owner=event.staff_id, covers=covers)
    return {entry_key(event.staff_id): told, **{covered_key(staff_id): told for staff_id in covers}}


def of_entry_removed(event: CalendarEntryRemoved, within: int) -> Told:
    return {entry_key(event.staff_id): report(event.revision, Reported.GONE, within=within)}


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
