"""Staff: the timelines of proposals and appointments (X3). What is private shows its own only to who may see it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.booking.model.appointment import Appointment
from services.booking.model.proposal import Proposal
from services.booking.schemas import read_place
from services.booking.store.bookings import BookingStore
from services.booking.store.timeline import TimelineStore
from services.booking.views.staff import Access
from shared.contracts.timeline import TimelinePage
from shared.cursors import cursor_of
from shared.internal import Caller, Guard, caller
from shared.problem import Forbidden, NotFound

Who = Annotated[Caller, Depends(caller)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]


def build_timeline_routes(guard: Guard, store: BookingStore, timeline: TimelineStore) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(guard)])

    async def page(
        item: Proposal | Appointment | None, about: list[str], who: Caller, limit: int, cursor: str | None
    ) -> TimelinePage:
        if item is None:
            raise NotFound()
        if Access.of(item, who).hidden:
            raise Forbidden()
        found = await timeline.of(who.organization_id, about, after=read_place(cursor, who.language), limit=limit)
        items = found[:limit]
        more = cursor_of(items[-1].at.isoformat(), items[-1].entry_id) if len(found) > limit else None
        return TimelinePage(items=items, next_cursor=more)

    @router.get("/proposals/{proposal_id}/timeline")
    async def of_proposal(proposal_id: str, who: Who, limit: Limit = 50, cursor: Cursor = None) -> TimelinePage:
        proposal = await store.proposal(who.organization_id, proposal_id)
        return await page(proposal, [proposal_id], who, limit, cursor)

    @router.get("/appointments/{appointment_id}/timeline")
    async def of_appointment(appointment_id: str, who: Who, limit: Limit = 50, cursor: Cursor = None) -> TimelinePage:
        """What happened to the proposal that it was before belongs to it."""
        appointment = await store.appointment(who.organization_id, appointment_id)
        before = appointment.proposal_id if appointment else None
        about = [appointment_id, before] if before else [appointment_id]
        return await page(appointment, about, who, limit, cursor)

    return router
