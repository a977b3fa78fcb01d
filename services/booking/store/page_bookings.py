"""What was booked on a page: what its limits and its fairness are reckoned from (H2, H3)."""

from datetime import datetime

from services.booking.model.page_rules import Booked
from services.booking.model.spans import Span
from shared.contracts.api.appointments import AppointmentStatus
from shared.mongo import ASCENDING, Collection, IndexModel

OF_PAGE = IndexModel([("page.page_id", ASCENDING), ("start_at", ASCENDING)], name="of_page", sparse=True)
_LIVE = [AppointmentStatus.CONFIRMED, AppointmentStatus.REQUESTED]
_STARTS = {"start_at": 1}
_SHOWN = {"start_at": 1, "attendees.staff_id": 1, "confirmed_at": 1}


class PageBookings:
    """A view of the collection of appointments."""

    def __init__(self, appointments: Collection) -> None:
        self._appointments = appointments

    async def live(self, page_id: str, window: Span, *, but: str | None = None) -> list[Booked]:
        """Those that start within the window, requests included; ``but`` is an appointment that does not count."""
        starts = {"$gte": window.start_at, "$lt": window.end_at}
        query = {"page.page_id": page_id, "start_at": starts, "status": {"$in": _LIVE}, "_id": {"$ne": but}}
        rows = await self._appointments.find(query, _SHOWN).to_list(None)
        return [
            Booked(row["start_at"], [one["staff_id"] for one in row["attendees"]], row["confirmed_at"]) for row in rows
        ]

    async def coming(self, page_id: str, since: datetime) -> dict[str, datetime]:
        """When each starts from then on, by id."""
        query = {"page.page_id": page_id, "start_at": {"$gte": since}, "status": {"$in": _LIVE}}
        rows = await self._appointments.find(query, _STARTS).to_list(None)
        return {row["_id"]: row["start_at"] for row in rows}
