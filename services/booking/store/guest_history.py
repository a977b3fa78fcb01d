"""A guest's appointments, by the contact that they belong to (H7): asked for, never copied."""

from collections.abc import AsyncIterator
from datetime import datetime

from services.booking.model.appointment import Appointment
from services.booking.model.contact import Visit, Visits, contact_id_of
from services.booking.store.bookings import BookingStore
from services.booking.store.documents import APPOINTMENT
from services.booking.store.listings import visible_to
from shared.contracts.booking import Visibility
from shared.contracts.people import Guest
from shared.internal import Caller
from shared.mongo import ASCENDING, DESCENDING, Document

_SHOWN = dict.fromkeys(
    (
        "guest",
        "organizer_id",
        "confirmed_at",
        "page",
        "utm",
        "creator.staff_id",
        "attendees.staff_id",
    ),
    1,
)
_FIRST = [("_id", ASCENDING)]
_NEWEST = 20
"""So many are looked at for a name."""
_OPEN = {"visibility": {"$ne": Visibility.PRIVATE}}


class GuestHistory:
    """A view of the collection of appointments."""

    def __init__(self, store: BookingStore) -> None:
        self._appointments = store.appointments
        self._documents = store.documents

    async def visits(self, contact_id: str, *, since: datetime | None, unowned_since: datetime | None) -> Visits | None:
        """Of appointments that were made after ``since``. Private ones tell of a contact only where there are no
        others, and then only those who take part (R16).
        """
        of_guest: Document = {"contact_id": contact_id, **_made_after(since)}
        for query, is_private in (({**of_guest, **_OPEN}, False), (of_guest, True)):
            rows = await self._newest(query, _NEWEST)
            if not rows:
                continue
            more = len(rows) == _NEWEST
            first = await self._appointments.find_one(query, _SHOWN, sort=_FIRST) if more else None
            booked = [row for row in rows if row.get("page")]
            if not booked and more:
                booked = await self._newest({**query, "page.page_id": {"$gt": ""}}, 1)
            later = {**of_guest, **_made_after(unowned_since or since)}
            giver = await self._appointments.find_one(later, _SHOWN, sort=_FIRST)
            return Visits(
                newest=[_visit(row) for row in rows],
                first=_visit(first or rows[-1]),
                last_booking=_visit(booked[0]) if booked else None,
                organizer_id=giver["organizer_id"] if giver else None,
                readers=await self._who_takes_part(query) if is_private else None,
            )
        return None

    async def latest(self, contact_id: str, caller: Caller, *, since: datetime | None, limit: int) -> list[Appointment]:
        """By their start, those that the caller may read."""
        conditions = [{"contact_id": contact_id, "organization_id": caller.organization_id, **_made_after(since)}]
        query = {"$and": [*conditions, *visible_to(caller)]}
        found = self._appointments.find(query, APPOINTMENT).sort([("start_at", DESCENDING), ("_id", DESCENDING)])
        return [self._documents.appointment_from(row) for row in await found.limit(limit).to_list(None)]

    async def contact_ids(self) -> AsyncIterator[tuple[str, str]]:
        """Every organization and contact that an appointment tells of, those twice that come again."""
        query = {"guest.email": {"$gt": ""}}
        async for row in self._appointments.find(query, {"organization_id": 1, "guest": 1, "contact_id": 1}):
            contact_id = contact_id_of(row["organization_id"], Guest(**row["guest"]))
            if contact_id is None:
                continue
            if row.get("contact_id") != contact_id:
                change = {"$set": {"contact_id": contact_id}}
                await self._appointments.update_one({"_id": row["_id"], "guest": row["guest"]}, change)
            yield row["organization_id"], contact_id

    async def _newest(self, query: Document, limit: int) -> list[Document]:
        rows = self._appointments.find(query, _SHOWN).sort("_id", DESCENDING).limit(limit)
        return list(await rows.to_list(None))

    async def _who_takes_part(self, query: Document) -> list[str]:
        rows = await self._newest(query, 200)
        found = {row["organizer_id"] for row in rows} | {row["creator"]["staff_id"] for row in rows}
        return sorted(found | {one["staff_id"] for row in rows for one in row["attendees"]})


def _made_after(since: datetime | None) -> Document:
    return {"confirmed_at": {"$gt": since}} if since is not None else {}


def _visit(row: Document) -> Visit:
    told = {name: row.get(name) for name in ("guest", "organizer_id", "page", "utm")}
    return Visit.model_validate({**told, "made_at": row["confirmed_at"]})
