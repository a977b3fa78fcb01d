"""Which coming meetings an end or a replacement of an account touches, and whether anything of it is still needed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.zoom_issuer.model import next_start
from services.zoom_issuer.store.meetings import MeetingStore, row_of
from shared import clock


@dataclass(frozen=True)
class Touched:
    """A coming meeting that stands on the account."""

    appointment_id: str
    staff_id: str
    start_at: datetime


async def touched_by(store: MeetingStore, connection_id: str) -> list[Touched]:
    """By start."""
    now, found = clock.now(), []
    for document in await store.standing_on(connection_id):
        row = row_of(document)
        if row.wanted.exists and row.wanted.end_at > now:
            found.append(Touched(row.appointment_id, row.wanted.host_staff_id, next_start(row.wanted, now)))
    return sorted(found, key=lambda one: one.start_at)


async def is_needed(store: MeetingStore, connection_id: str, keep_for: timedelta) -> bool:
    """Whether a coming meeting stands on it, or something is still to be looked for or deleted there."""
    if await touched_by(store, connection_id):
        return True
    return await store.unfinished_on(connection_id, clock.now() - keep_for)
