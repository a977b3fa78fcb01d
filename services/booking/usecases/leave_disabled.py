"""Somebody was disabled: they leave the coming appointments that others attend too, and their link with them (C9)."""

from services.booking.model.another_guest import without
from services.booking.model.appointment import Appointment
from services.booking.store.coming import ComingAppointments
from services.booking.store.people import PeopleStore
from services.booking.usecases.change_coming import ChangeComing
from shared import clock
from shared.contracts.envelope import Cause


class LeaveDisabled:
    """Who is enabled again by now stays."""

    def __init__(self, people: PeopleStore, coming: ComingAppointments, change: ChangeComing) -> None:
        self._people = people
        self._coming = coming
        self._change = change

    async def __call__(self, organization_id: str, staff_id: str, cause: Cause) -> None:
        known = await self._people.staff_of(organization_id, [staff_id])
        if staff_id not in known or not known[staff_id].disabled:
            return

        def leave(appointment: Appointment) -> Appointment | None:
            return without(appointment, staff_id, clock.now())

        for appointment in await self._coming.attended_by(organization_id, staff_id, clock.now()):
            await self._change(appointment, leave, cause)
