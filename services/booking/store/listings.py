"""Pages of proposals and appointments, by keys and never by counting; what is private is not found by its words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from services.booking.model.appointment import Appointment
from services.booking.model.effects import FILED, Reported
from services.booking.model.proposal import Proposal
from services.booking.model.slot_rules import LONGEST
from services.booking.store.bookings import RECURRING, BookingStore
from services.booking.store.documents import APPOINTMENT, PROPOSAL
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.proposals import ProposalStatus
from shared.contracts.booking import Kind, Visibility
from shared.internal import Caller
from shared.mongo import ASCENDING, DESCENDING, Document

ItemT = TypeVar("ItemT", Proposal, Appointment)
Condition = Mapping[str, Any]
Order = Literal["earliest", "latest"]

_SEARCHED = ("title", "guest.name", "guest.company", "guest.email")
_PARTS = ("creator.staff_id", "organizer_id", "attendees.staff_id")
_MOST_WORDS = 8


@dataclass(frozen=True)
class Narrowing:
    """What a list is narrowed to: all of ``words`` stand in title or guest, ``staff_id`` takes part, something failed
    or waits. What is empty narrows nothing.
    """

    words: str = ""
    staff_id: str = ""
    kind: Kind | None = None
    troubled: bool = False

    def conditions(self, caller: Caller) -> list[Condition]:
        found: list[Condition] = [{"organization_id": caller.organization_id}]
        if words := self.words.split()[:_MOST_WORDS]:
            found += [*(_found_by(word) for word in words), *_visible(caller)]
        if self.staff_id:
            found.append(_takes_part(self.staff_id))
        if self.kind is not None:
            found.append({"kind": self.kind})
        if self.troubled:
            found.append(_MAY_BE_TROUBLED)
        return found


async def newest_proposals(
    store: BookingStore,
    caller: Caller,
    narrowing: Narrowing,
    *,
    status: ProposalStatus | None,
    before_id: str | None,
    limit: int,
) -> list[Proposal]:
    """One more than ``limit`` where there are more."""
    conditions = narrowing.conditions(caller)
    if status is not None:
        conditions.append({"status": status})
    if before_id is not None:
        conditions.append({"_id": {"$lt": before_id}})
    cursor = store.proposals.find({"$and": conditions}, PROPOSAL).sort("_id", DESCENDING)
    return await _first(cursor, store.documents.proposal_from, narrowing, limit + 1)


async def appointments_in_order(
    store: BookingStore,
    caller: Caller,
    narrowing: Narrowing,
    *,
    from_at: datetime | None,
    until_at: datetime | None,
    status: AppointmentStatus | None,
    order: Order,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Appointment]:
    """Those that overlap the window, one more than ``limit`` where there are more. ``after`` is the last one seen.
    Series are asked for apart: one is within by any occurrence, and stands in the list by its first (E6).
    """
    conditions = narrowing.conditions(caller)
    if status is not None:
        conditions.append({"status": status})
    if after is not None:
        conditions += _beyond(after, order)
    way = ASCENDING if order == "earliest" else DESCENDING
    is_narrowed = from_at is not None or until_at is not None
    kinds = [_single_within(from_at, until_at), _series_within(from_at, until_at)] if is_narrowed else [{}]
    found = []
    for kind in kinds:
        cursor = store.appointments.find({"$and": [*conditions, kind]}, APPOINTMENT).sort(
            [("start_at", way), ("_id", way)]
        )
        found += await _first(cursor, store.documents.appointment_from, narrowing, limit + 1)
    ordered = sorted(found, key=lambda one: (one.start_at, one.appointment_id), reverse=order == "latest")
    return ordered[: limit + 1]


def _single_within(from_at: datetime | None, until_at: datetime | None) -> Condition:
    within: list[Condition] = [{"series": None}]
    if from_at is not None:
        within.append({"end_at": {"$gt": from_at}, "start_at": {"$gt": from_at - LONGEST}})
    if until_at is not None:
        within.append({"start_at": {"$lt": until_at}})
    return {"$and": within}


def _series_within(from_at: datetime | None, until_at: datetime | None) -> Condition:
    """Some occurrence of it."""
    ends = {"end_at": {"$gt": from_at}} if from_at is not None else {}
    starts = {"start_at": {"$lt": until_at}} if until_at is not None else {}
    return {**RECURRING, "occurrences": {"$elemMatch": {**ends, **starts}}}


def _beyond(last: tuple[datetime, str], order: Order) -> list[Condition]:
    """The first of the two bounds the index, the second tells those of one instant apart."""
    (start_at, an_id), than = last, "$gt" if order == "earliest" else "$lt"
    return [
        {"start_at": {f"{than}e": start_at}},
        {"$or": [{"start_at": {than: start_at}}, {"start_at": start_at, "_id": {than: an_id}}]},
    ]


async def _first(cursor: Any, read: Callable[[Document], ItemT], narrowing: Narrowing, wanted: int) -> list[ItemT]:
    """Up to so many; those whose trouble is over are passed by."""
    if not narrowing.troubled:
        return [read(row) for row in await cursor.limit(wanted).to_list(None)]
    found: list[ItemT] = []
    async for row in cursor:
        item = read(row)
        if item.is_troubled:
            found.append(item)
        if len(found) == wanted:
            await cursor.close()
            break
    return found


_IN_TROUBLE = {
    "$or": [
        {"$eq": ["$$report.v.status", Reported.FAILED]},
        {"$and": [{"$eq": ["$$report.v.status", Reported.WAITING]}, {"$ne": ["$$report.v.reason", FILED]}]},
    ]
}
_REPORTS = {"$map": {"input": {"$objectToArray": {"$ifNull": ["$reports", {}]}}, "as": "report", "in": _IN_TROUBLE}}
_MAY_BE_TROUBLED: Condition = {
    "$or": [{"$expr": {"$anyElementTrue": [_REPORTS]}}, {"drifts": {"$nin": [None, {}]}}],
}
"""More than ``is_troubled`` finds: a report may be of what is no longer expected."""


def _found_by(word: str) -> Condition:
    """MongoDB refuses expressions with NUL, which no text of ours holds."""
    pattern = {"$regex": re.escape(word.replace("\0", "\ufffd")), "$options": "i"}
    return {"$or": [{field: pattern} for field in _SEARCHED]}


def _visible(caller: Caller) -> Sequence[Condition]:
    if caller.is_admin:
        return []
    takes_part = _takes_part(caller.staff_id)["$or"]
    return [{"$or": [{"visibility": {"$ne": Visibility.PRIVATE}}, *takes_part]}]


def _takes_part(staff_id: str) -> Condition:
    return {"$or": [{part: staff_id} for part in _PARTS]}
