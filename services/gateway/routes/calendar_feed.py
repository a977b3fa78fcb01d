"""The caller's own calendar feed: made, replaced, ended (X8)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.schemas.calendar_feed import CalendarFeedView

router = APIRouter(prefix="/me/calendar-feed", tags=["calendar"])
Me = Annotated[SignedIn, Depends(api_staff)]


@router.get("")
async def show_calendar_feed(request: Request, me: Me) -> CalendarFeedView:
    """Whether there is one; never its address."""
    return CalendarFeedView.of(await parts_of(request).calendar_feeds.of(me.staff))


@router.post("", status_code=201)
async def make_calendar_feed(request: Request, me: Me) -> CalendarFeedView:
    """A secret address at which calendars may subscribe to the caller's appointments; any earlier one ends."""
    feed, url = await parts_of(request).calendar_feeds.make(me.staff)
    return CalendarFeedView.of(feed, url)


@router.delete("", status_code=204)
async def end_calendar_feed(request: Request, me: Me) -> Response:
    """The address leads nowhere from now on; where there is none, nothing happens."""
    await parts_of(request).calendar_feeds.end(me.staff)
    return Response(status_code=204)
