"""Google's part of the sandbox: OAuth, Calendar v3, Directory resources and what ``/inspect/google`` shows of it."""

from collections.abc import Mapping

from fastapi import APIRouter

from deploy.sandbox.accounts import Provider
from deploy.sandbox.google.directory import DirectoryRoutes
from deploy.sandbox.google.errors import any_error
from deploy.sandbox.google.inspecting import (
    SettingsChange,
    add_by_hand,
    add_calendar,
    build_inspect_routes,
    change_settings,
)
from deploy.sandbox.google.routes import CalendarRoutes
from deploy.sandbox.google.service import service_of
from deploy.sandbox.google.sign_in import add_sign_in, oauth_error
from deploy.sandbox.rooms import rooms_of
from deploy.sandbox.world import Seed, World


def build_router(world: World) -> APIRouter:
    """All that Google answers, without the mount."""
    router = APIRouter()
    oauth = add_sign_in(router, world)
    CalendarRoutes(world, service_of(world), oauth).add_to(router)
    DirectoryRoutes(world, oauth).add_to(router)
    return router


def build_inspect_router(world: World) -> APIRouter:
    return build_inspect_routes(service_of(world))


def error_body(status: int, path: str) -> dict[str, object]:
    return any_error(status).body if path.startswith(("/calendar/", "/admin/")) else oauth_error(status)


def apply_seed(world: World, seed: Seed) -> None:
    """``{"google": {"calendars": [as POST /inspect/google/calendars, with "events"], "events": [as POST …/events],
    "settings": {as PUT …/settings}}}``, and its rooms.
    """
    service_of(world).rooms.add(rooms_of(seed, Provider.GOOGLE))
    section = seed.get("google")
    if not isinstance(section, Mapping):
        return
    service = service_of(world)
    for calendar in section.get("calendars", []):
        made = add_calendar(service, calendar)
        for event in calendar.get("events", []):
            add_by_hand(service, {"notify": False, "calendar": made["id"]} | event)
    for event in section.get("events", []):
        add_by_hand(service, {"notify": False} | event)
    change_settings(service, SettingsChange.model_validate(section.get("settings", {})))
