"""Rows as they are read (G21)."""

from datetime import UTC, datetime

from services.reminder_scheduler.model import Bell, Status
from services.reminder_scheduler.store import reminder_in
from shared.contracts.reveal import Reveal

AT = datetime(2026, 12, 1, 22, tzinfo=UTC)


def test_a_row_from_before_there_were_notices_still_reminds() -> None:
    row = {
        "_id": "apt_1",
        "organization_id": "org_1",
        "revision": 1,
        "start_at": AT,
        "time_zone": "Asia/Tokyo",
        "decided_at": AT,
        "canceled": False,
        "status": "filed",
        "planned_at": AT,
        "due_at": AT,
        "sent_for": [],
        "version": 3,
    }
    read = reminder_in(row)
    assert read.bells == (Bell(None, Status.FILED, AT, AT),)
    assert (read.due_at, read.known.reveal, read.version) == (AT, Reveal(), 3)
