"""All routes of the public API under one router, and the description of them."""

from fastapi import APIRouter

from services.gateway.routes import (
    appointments,
    calendar,
    connections,
    guest,
    hooks,
    me,
    oauth,
    organization,
    proposals,
    sessions,
    staff,
)
from services.gateway.routes.description import build_description_router

PREFIX = "/api/v1"
_NOUNS = (sessions, me, staff, organization, connections, calendar, proposals, appointments, guest)


def build_router() -> APIRouter:
    api = APIRouter(prefix=PREFIX)
    for module in _NOUNS:
        api.include_router(module.router)
    everything = APIRouter()
    everything.include_router(api)
    everything.include_router(build_description_router(PREFIX, api.routes))
    everything.include_router(oauth.router)
    everything.include_router(hooks.router)
    return everything
