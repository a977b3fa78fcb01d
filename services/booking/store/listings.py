"""Pages of proposals and appointments, by keys and never by counting; what is private is not found by its words."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.booking.model.appointment import Appointment
from services.booking.model.proposal import Proposal
from services.booking.model.slot_rules import LONGEST
from services.booking.store.documents import APPOINTMENT, PROPOSAL, appointment_from, proposal_from
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.proposals import ProposalStatus
from shared.contracts.booking import Visibility
from shared.internal import Caller
from shared.mongo import ASCENDING, DESCENDING, Collection

_SEARCHED = ("title", "guest.name", "guest.company", "guest.email")


async def newest_proposals(
    proposals: Collection,
    caller: Caller,
    *,
    status: ProposalStatus | None,
    words: str,
    before_id: str | None,
    limit: int,
) -> list[Proposal]:
    """One more than ``limit`` where there are more."""
    query: dict[str, Any] = {"organization_id": caller.organization_id}
    if status is not None:
        query["status"] = status
    if before_id is not None:
        query["_id"] = {"$lt": before_id}
    if words:
        query["$and"] = [_found_by(words), *_visible(caller)]
    rows = await proposals.find(query, PROPOSAL).sort("_id", DESCENDING).limit(limit + 1).to_list(None)
    return [proposal_from(row) for row in rows]


async def earliest_appointments(
    appointments: Collection,
    organization_id: str,
    *,
    from_at: datetime | None,
    until_at: datetime | None,
    status: AppointmentStatus | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Appointment]:
    """Those that overlap the window, one more than ``limit`` where there are more."""
    conditions: list[dict[str, Any]] = [{"organization_id": organization_id}]
    if from_at is not None:
        conditions.append({"end_at": {"$gt": from_at}, "start_at": {"$gt": from_at - LONGEST}})
    if until_at is not None:
        conditions.append({"start_at": {"$lt": until_at}})
    if status is not None:
        conditions.append({"status": status})
    if after is not None:
        start_at, appointment_id = after
        conditions.append(
            {
                "$or": [
                    {"start_at": {"$gt": start_at}},
                    {"start_at": start_at, "_id": {"$gt": appointment_id}},
                ]
            }
        )
    order = [("start_at", ASCENDING), ("_id", ASCENDING)]
    rows = await appointments.find({"$and": conditions}, APPOINTMENT).sort(order).limit(limit + 1).to_list(None)
    return [appointment_from(row) for row in rows]


def _found_by(words: str) -> dict[str, Any]:
    """MongoDB refuses expressions with NUL, which no text of ours holds."""
    pattern = {"$regex": re.escape(words.replace("\0", "\ufffd")), "$options": "i"}
    return {"$or": [{field: pattern} for field in _SEARCHED]}


def _visible(caller: Caller) -> Sequence[dict[str, Any]]:
    if caller.is_admin:
        return []
    parts = ("creator.staff_id", "organizer_id", "attendees.staff_id")
    return [{"$or": [{"visibility": {"$ne": Visibility.PRIVATE}}, *({part: caller.staff_id} for part in parts)]}]
