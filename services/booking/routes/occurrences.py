"""Staff: occurrences of recurring appointments (E6)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.booking.model.appointment import Appointment
from services.booking.model.series import occurrence_named
from services.booking.routes.versions import Change, Writes, if_match
from services.booking.schemas import parse, read_json
from services.booking.store.bookings import BookingStore
from services.booking.usecases.change_occurrence import ChangeOccurrence
from services.booking.views.occurrences import occurrence_view, occurrence_views
from shared import clock
from shared.contracts.api.fields import Instant
from shared.contracts.api.occurrences import OccurrenceList, OccurrencePatch, OccurrenceView
from shared.internal import Caller, Guard, caller
from shared.problem import NotFound

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]


class OccurrenceRoutes:
    """``/internal/appointments/{id}/occurrences``; versions are the appointment's."""

    def __init__(self, guard: Guard, writes: Writes, store: BookingStore, change: ChangeOccurrence) -> None:
        self._guard = guard
        self._writes = writes
        self._store = store
        self._change = change

    def router(self) -> APIRouter:
        prefix = "/internal/appointments/{appointment_id}/occurrences"
        router = APIRouter(prefix=prefix, dependencies=[Depends(self._guard)])
        router.add_api_route("", self.show_all, methods=["GET"])
        router.add_api_route("/{original_start}", self.move, methods=["PATCH"])
        router.add_api_route("/{original_start}", self.cancel, methods=["DELETE"])
        return router

    async def show_all(self, appointment_id: str, who: Who) -> OccurrenceList:
        return occurrence_views(await self._find(appointment_id, who), who, clock.now())

    async def move(
        self, appointment_id: str, original_start: Instant, request: Request, who: Who, expected: Expected
    ) -> OccurrenceView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._change.move(before, original_start, parse(OccurrencePatch, read_json(body)), who)

        return await self._written(appointment_id, original_start, apply, who, expected)

    async def cancel(
        self, appointment_id: str, original_start: Instant, who: Who, expected: Expected
    ) -> OccurrenceView:
        async def apply(before: Appointment) -> Appointment:
            return await self._change.cancel(before, original_start, who)

        return await self._written(appointment_id, original_start, apply, who, expected)

    async def _written(
        self,
        appointment_id: str,
        original_start: datetime,
        apply: Change[Appointment],
        who: Caller,
        expected: str | None,
    ) -> OccurrenceView:
        after = await self._writes(appointment_id, lambda: self._find(appointment_id, who), apply, who, expected)
        found = occurrence_named(after, original_start)
        if found is None:
            raise NotFound()
        return occurrence_view(after, found, who, clock.now())

    async def _find(self, appointment_id: str, who: Caller) -> Appointment:
        appointment = await self._store.appointment(who.organization_id, appointment_id)
        if appointment is None:
            raise NotFound()
        return appointment
