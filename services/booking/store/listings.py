"""Pages of proposals and appointments, by keys and never by counting; what is private is not found by its words."""

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
from services.booking.store.searching import holding_all
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.proposals import ProposalStatus
from shared.contracts.booking import Kind, Outcome, Visibility
from shared.internal import Caller
from shared.mongo import ASCENDING, DESCENDING, Document

ItemT = TypeVar("ItemT", Proposal, Appointment)
Condition = Mapping[str, Any]
Order = Literal["earliest", "latest"]
Place = tuple[datetime, str]
"""In a list by time: when it begins, and its id."""

_SEARCHED = ("title", "guest.name", "guest.company", "guest.email")
_PARTS = ("creator.staff_id", "organizer_id", "attendees.staff_id")


@dataclass(frozen=True)
class Narrowing:
    """What a list is narrowed to: all of ``words`` stand in title or guest, ``staff_id`` takes part, something failed
    or waits, the link that led to the booking was of ``campaign`` (H6). What is empty narrows nothing.
    """

    words: str = ""
    staff_id: str = ""
    kind: Kind | None = None
    troubled: bool = False
    campaign: str = ""

    def conditions(self, caller: Caller) -> list[Condition]:
        found: list[Condition] = [{"organization_id": caller.organization_id}]
        if narrowed := holding_all(self.words, *_SEARCHED):
            found += [*narrowed, *visible_to(caller)]
        if self.staff_id:
            found.append(_takes_part(self.staff_id))
        if self.kind is not None:
            found.append({"kind": self.kind})
        if self.campaign:
            found += [{"utm.campaign": self.campaign}, *visible_to(caller)]
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
    outcome: Outcome | None = None,
    order: Order,
    after: Place | None,
    limit: int,
) -> list[Appointment]:
    """Those that overlap the window, one more than ``limit`` where there are more. ``after`` is the last one seen.
    Series are asked for apart: one is within by any occurrence, and stands where the first of them does, or the last
    where the latest come first (E6).
    """
    conditions = narrowing.conditions(caller)
    if status is not None:
        conditions.append({"status": status})
    if outcome is not None:
        conditions.append({"outcome": outcome})
    is_narrowed = from_at is not None or until_at is not None
    singles = [*conditions, _single_within(from_at, until_at)] if is_narrowed else [*conditions]
    way = ASCENDING if order == "earliest" else DESCENDING
    beyond = _beyond(after, order) if after is not None else []
    cursor = store.appointments.find({"$and": [*singles, *beyond]}, APPOINTMENT).sort([("start_at", way), ("_id", way)])
    found = await _first(cursor, store.documents.appointment_from, narrowing, limit + 1)
    placed = [((one.start_at, one.appointment_id), one) for one in found]
    if is_narrowed:
        series = await _places_of_series(
            store, [*conditions, _series_within(from_at, until_at)], from_at, until_at, order
        )
        rest = [place for place in series if after is None or (place > after if order == "earliest" else place < after)]
        placed += await _series_at(store, rest, narrowing, limit + 1)
    placed.sort(key=lambda each: each[0], reverse=order == "latest")
    return [one for _, one in placed[: limit + 1]]


async def _places_of_series(
    store: BookingStore,
    conditions: list[Condition],
    from_at: datetime | None,
    until_at: datetime | None,
    order: Order,
) -> list[Place]:
    """Where each stands, in order. Read without what else is in them: an organization has few that still go on."""
    rows = await store.appointments.find({"$and": conditions}, {"occurrences": 1}).to_list(None)
    pick = min if order == "earliest" else max
    places = [
        (
            pick(
                one["start_at"]
                for one in row["occurrences"]
                if (from_at is None or one["end_at"] > from_at) and (until_at is None or one["start_at"] < until_at)
            ),
            row["_id"],
        )
        for row in rows
    ]
    return sorted(places, reverse=order == "latest")


async def _series_at(
    store: BookingStore, places: list[Place], narrowing: Narrowing, wanted: int
) -> list[tuple[Place, Appointment]]:
    """The first so many of these; those whose trouble is over are passed by."""
    found: list[tuple[Place, Appointment]] = []
    while places and len(found) < wanted:
        some, places = places[:wanted], places[wanted:]
        rows = await store.appointments.find({"_id": {"$in": [an_id for _, an_id in some]}}, APPOINTMENT).to_list(None)
        known = {row["_id"]: store.documents.appointment_from(row) for row in rows}
        read = [(place, known[place[1]]) for place in some if place[1] in known]
        found += [each for each in read if each[1].is_troubled or not narrowing.troubled]
    return found[:wanted]


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


def _beyond(last: Place, order: Order) -> list[Condition]:
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
_PAYMENT: Condition = {"$or": [{"payment.status": "failed"}, {"payment.refund": {"$in": ["wanted", "failed"]}}]}
_REQUEST: Condition = {"status": "requested", "requested_until": {"$ne": None}}
_MAY_BE_TROUBLED: Condition = {
    "$or": [{"$expr": {"$anyElementTrue": [_REPORTS]}}, {"drifts": {"$nin": [None, {}]}}, _PAYMENT, _REQUEST],
}
"""More than ``is_troubled`` finds: a report may be of what is no longer expected."""


def visible_to(caller: Caller) -> Sequence[Condition]:
    if caller.is_admin:
        return []
    takes_part = _takes_part(caller.staff_id)["$or"]
    return [{"$or": [{"visibility": {"$ne": Visibility.PRIVATE}}, *takes_part]}]


def _takes_part(staff_id: str) -> Condition:
    return {"$or": [{part: staff_id} for part in _PARTS]}
