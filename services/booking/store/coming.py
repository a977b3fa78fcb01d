"""Appointments that are still to come, by who takes part or hosts: what follows when these change."""

from datetime import datetime

from services.booking.model.appointment import Appointment
from services.booking.store.documents import APPOINTMENT, Documents
from shared.mongo import Collection, Document


class ComingAppointments:
    """Confirmed ones that are not over, series with their last occurrence."""

    def __init__(self, appointments: Collection, documents: Documents) -> None:
        self._appointments = appointments
        self._documents = documents

    async def hosted_by_others(
        self, organization_id: str, staff_id: str, zoom_user_id: str, now: datetime
    ) -> list[Appointment]:
        """Web meetings of this organizer that claim another Zoom user, which is not a bookable's."""
        which = {"organizer_id": staff_id, "hosted_by_bookable": {"$ne": True}}
        return await self._hosted(organization_id, which, zoom_user_id, now)

    async def of_bookable_elsewhere(
        self, organization_id: str, bookable_id: str, zoom_user_id: str, now: datetime
    ) -> list[Appointment]:
        """Web meetings that claim another Zoom user, which this bookable had."""
        which = {"bookable_id": bookable_id, "hosted_by_bookable": True}
        return await self._hosted(organization_id, which, zoom_user_id, now)

    async def bookable_of(self, organization_id: str, appointment_id: str) -> str | None:
        """Which bookable's it is."""
        query = {"_id": appointment_id, "organization_id": organization_id}
        row = await self._appointments.find_one(query, {"bookable_id": 1})
        return row.get("bookable_id") if row else None

    async def attended_by(self, organization_id: str, staff_id: str, now: datetime) -> list[Appointment]:
        return await self._found(organization_id, {"attendees.staff_id": staff_id}, now)

    async def _hosted(
        self, organization_id: str, which: Document, zoom_user_id: str, now: datetime
    ) -> list[Appointment]:
        hosted = {**which, "wants_meeting": True, "zoom_user_id": {"$ne": zoom_user_id}}
        return await self._found(organization_id, hosted, now)

    async def _found(self, organization_id: str, which: Document, now: datetime) -> list[Appointment]:
        query = {
            "organization_id": organization_id,
            "status": "confirmed",
            **which,
            "$or": [{"end_at": {"$gt": now}}, {"occurrences.end_at": {"$gt": now}}],
        }
        found = self._appointments.find(query, APPOINTMENT)
        return [self._documents.appointment_from(row) for row in await found.to_list(None)]
