"""The caller's own links to Zoom, Google and Microsoft (R1, V1)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.providers.answers import AuthorizeUrl, ConnectionList, ConnectionView, Provider
from services.gateway.providers.calendars import CalendarsView
from services.gateway.schemas.connections import CalendarsChosen, ConnectionAsked, ResumeRequest
from shared.contracts.calendar_sync import Provider as CalendarProvider

router = APIRouter(prefix="/connections", tags=["connections"])


@router.get("")
async def list_connections(request: Request, me: Annotated[SignedIn, Depends(api_staff)]) -> ConnectionList:
    """One per provider; one never linked is ``disconnected``."""
    return await parts_of(request).connections.of(me.caller())


@router.post("/{provider}/authorize")
async def authorize_connection(
    request: Request,
    response: Response,
    provider: Provider,
    me: Annotated[SignedIn, Depends(api_staff)],
    asked: ConnectionAsked | None = None,
) -> AuthorizeUrl:
    """Where the browser goes to give consent; it comes back to ``/oauth/{provider}/callback``."""
    parts = parts_of(request)
    rooms = asked is not None and asked.rooms
    url = await parts.connections.authorize(me.caller(), me.staff, provider, rooms=rooms)
    parts.flows.set(response, me.staff.id, provider)
    return AuthorizeUrl(authorize_url=url)


@router.get("/{provider}/calendars")
async def list_calendars(
    request: Request, provider: CalendarProvider, me: Annotated[SignedIn, Depends(api_staff)]
) -> CalendarsView:
    """The account's calendars as the provider lists them now, with what was chosen (V8); the main one is ``main``."""
    return await parts_of(request).backends.calendar_sync.calendars(me.caller(), Provider(provider))


@router.put("/{provider}/calendars")
async def choose_calendars(
    request: Request,
    provider: CalendarProvider,
    asked: CalendarsChosen,
    me: Annotated[SignedIn, Depends(api_staff)],
) -> CalendarsView:
    """What counts as busy and what takes new entries; those that stand already stay where they are."""
    calendars = parts_of(request).backends.calendar_sync
    return await calendars.choose_calendars(me.caller(), Provider(provider), asked.busy, asked.entries)


@router.post("/{provider}/resume")
async def resume_connection(
    request: Request,
    provider: Provider,
    asked: ResumeRequest,
    me: Annotated[SignedIn, Depends(api_staff)],
) -> ConnectionView:
    """Ends a freeze (G17) by the word of the calendar's or Zoom account's owner or an administrator; 409 where there is
    none.
    """
    service = parts_of(request).backends.connecting(provider)
    return await service.resume(me.caller(), provider, asked.decision, asked.staff_id)


@router.delete("/{provider}")
async def end_connection(
    request: Request, provider: Provider, me: Annotated[SignedIn, Depends(api_staff)]
) -> ConnectionView:
    """Ends the link; a calendar's after its holds were removed, naming any that could not be (``not_released``)."""
    return await parts_of(request).connections.end(me.caller(), provider)
