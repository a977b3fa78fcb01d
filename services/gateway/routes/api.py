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
    erasures,
    events,
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
    oidc,
    ops,
    organization,
    page_guests,
    page_times,
    pages,
    proposals,
    rooms,
    sessions,
    staff,
    timeline,
    webhooks,
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
    erasures,
    proposals,
    appointments,
    meeting_links,
    occurrences,
    timeline,
    guest,
    page_guests,
    guest_appointments,
    mail_templates,
    webhooks,
    events,
    zoom,
    ops,
)
_GUESTS = (page_guests, guest, guest_appointments)
"""They ask most, and routes are tried one after the other."""


def api_router() -> APIRouter:
    """What the description describes."""
    api = APIRouter(prefix=PREFIX)
    for module in _NOUNS:
        api.include_router(module.router)
    return api


def build_routers() -> list[APIRouter]:
    """The API, its description, and where providers come in: side by side, since routers within routers are searched
    anew on each level.
    """
    nouns = [APIRouter(prefix=PREFIX) for _ in _NOUNS]
    for router, module in zip(nouns, sorted(_NOUNS, key=lambda module: module not in _GUESTS), strict=True):
        router.include_router(module.router)
    described = build_description_router(PREFIX, api_router().routes)
    return [*nouns, described, oidc.router, oauth.router, hooks.router, ical.router]
