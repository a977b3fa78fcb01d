"""All routes of the public API under one router, and the description of them."""

from fastapi import APIRouter

from services.gateway.openapi import PREFIX
from services.gateway.routes import (
    api_keys,
    appointments,
    calendar,
    calendar_feed,
    connections,
    contacts,
    guest,
    guest_appointments,
    hooks,
    ical,
    mail_templates,
    me,
    meeting_links,
    menus,
    oauth,
    occurrences,
    organization,
    page_guests,
    page_times,
    pages,
    proposals,
    rooms,
    sessions,
    staff,
    timeline,
    zoom,
)
from services.gateway.routes.description import build_description_router

_NOUNS = (
    sessions,
    me,
    staff,
    organization,
    api_keys,
    connections,
    calendar,
    calendar_feed,
    rooms,
    menus,
    page_times,
    pages,
    contacts,
    proposals,
    appointments,
    meeting_links,
    occurrences,
    timeline,
    guest,
    page_guests,
    guest_appointments,
    mail_templates,
    zoom,
)


def api_router() -> APIRouter:
    """What the description describes."""
    api = APIRouter(prefix=PREFIX)
    for module in _NOUNS:
        api.include_router(module.router)
    return api


def build_router() -> APIRouter:
    """The API, its description, and where providers come in."""
    api, everything = api_router(), APIRouter()
    for router in (api, build_description_router(PREFIX, api.routes), oauth.router, hooks.router, ical.router):
        everything.include_router(router)
    return everything
