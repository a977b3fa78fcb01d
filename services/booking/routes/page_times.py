"""Staff: the free times of a page, saved or not, and why one is missing (H2, H15, X11)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.booking.model.page import Page
from services.booking.schemas import parse, read_json
from services.booking.store.pages import PageStore
from services.booking.usecases.keep_pages import KeepPages
from services.booking.usecases.page_slots import SlotsQuery, length_of, window_of
from services.booking.usecases.page_times_of_staff import PageTimesOfStaff
from services.booking.views.page_times import page_times_view, why_view
from shared.contracts.api.fields import Instant
from shared.contracts.api.page_times import PagePreviewRequest, PageTimes, WhyMissing
from shared.internal import Caller, Guard, caller
from shared.problem import NotFound

Who = Annotated[Caller, Depends(caller)]
Duration = Annotated[int | None, Query(ge=5, le=1440)]
When = Annotated[str, Query(max_length=40)]


def build_page_times_routes(guard: Guard, pages: PageStore, keep: KeepPages, times: PageTimesOfStaff) -> APIRouter:
    router = APIRouter(prefix="/internal/pages", dependencies=[Depends(guard)])

    async def found(page_id: str, who: Caller) -> Page:
        page = await pages.find(who.organization_id, page_id)
        if page is None:
            raise NotFound()
        return page

    @router.post("/preview")
    async def preview(request: Request, who: Who) -> PageTimes:
        asked = parse(PagePreviewRequest, read_json(await request.body()))
        before = await found(asked.page_id, who) if asked.page_id else None
        page = await keep.draft(asked.page, who, before)
        length = length_of(page, asked.duration, who.language)
        why = why_view(await times.missing(page, length, asked.at)) if asked.at else None
        return page_times_view(await times.listed(page, length), why)

    @router.get("/{page_id}/slots")
    async def slots(
        page_id: str,
        who: Who,
        start: Annotated[When, Query(alias="from")] = "",
        end: Annotated[When, Query(alias="to")] = "",
        duration: Duration = None,
    ) -> PageTimes:
        page = await found(page_id, who)
        window = window_of(SlotsQuery(start, end), page.time_zone, who.language) if start or end else None
        return page_times_view(await times.listed(page, length_of(page, duration, who.language), window))

    @router.get("/{page_id}/explain")
    async def explain(page_id: str, who: Who, at: Instant, duration: Duration = None) -> WhyMissing:
        page = await found(page_id, who)
        return why_view(await times.missing(page, length_of(page, duration, who.language), at))

    return router
