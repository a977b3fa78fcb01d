"""The free times of scheduling pages for those who make them (H2): tried before they are saved, explained where they
are missing (X11), offered in mails (H15).
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.gateway.edge.instants import QueryInstant
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.schemas.page_times import PageExplanation, TimesInMail, TimesText
from services.gateway.usecases.times_in_mail import link_stamp
from shared.contracts.api.page_times import PagePreviewRequest, PageTimes

router = APIRouter(prefix="/pages", tags=["pages"])
Me = Annotated[SignedIn, Depends(api_staff)]
Duration = Annotated[int | None, Query(ge=5, le=1440)]
When = Annotated[str, Query(max_length=40, description="RFC 3339, or a date in the page's zone.")]


@router.post("/preview")
async def preview_page(request: Request, asked: PagePreviewRequest, me: Me) -> PageTimes:
    """The free times of the coming two weeks by rules that are not saved; 422 as ``POST /pages`` would."""
    body = asked.model_dump(mode="json", exclude_unset=True)
    return await parts_of(request).backends.booking.preview_page(me.caller(), body)


@router.get("/{page_id}/slots")
async def list_page_times(
    request: Request,
    page_id: str,
    me: Me,
    start: Annotated[When, Query(alias="from")] = "",
    end: Annotated[When, Query(alias="to")] = "",
    duration: Duration = None,
) -> PageTimes:
    """Two weeks from now without ``from`` and ``to``, else 93 days at most; also of a page that is closed."""
    asked = {"from": start, "to": end, "duration": str(duration or "")}
    query = {name: value for name, value in asked.items() if value}
    return await parts_of(request).backends.booking.page_times(me.caller(), page_id, query)


@router.get("/{page_id}/explain")
async def explain_page_time(
    request: Request, page_id: str, me: Me, at: QueryInstant, duration: Duration = None
) -> PageExplanation:
    """Which rule, limit, entry, claim or unreadable calendar keeps a meeting from starting then (X11)."""
    parts = parts_of(request)
    query = {"at": link_stamp(at)} | ({"duration": str(duration)} if duration else {})
    why = await parts.backends.booking.why_missing(me.caller(), page_id, query)
    return await parts.explain_page(me.caller(), me.zone, why)


@router.post("/{page_id}/times")
async def offer_times(request: Request, page_id: str, asked: TimesInMail, me: Me) -> TimesText:
    """Free times of the page as text and HTML for a mail (H15). 422 points to those that are not free."""
    return await parts_of(request).offer_times(me.caller(), page_id, asked)
