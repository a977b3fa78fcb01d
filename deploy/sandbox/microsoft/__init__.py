"""Microsoft's part of the sandbox: identity platform, Graph calendar and places, and what ``/inspect`` shows of it."""

from collections.abc import Mapping

from fastapi import APIRouter

from deploy.sandbox.accounts import Provider
from deploy.sandbox.microsoft.errors import any_error, body_of
from deploy.sandbox.microsoft.inspecting import (
    SettingsChange,
    add_by_hand,
    add_calendar,
    build_inspect_routes,
    change_settings,
)
from deploy.sandbox.microsoft.operations import Operations
from deploy.sandbox.microsoft.places import PlaceRoutes
from deploy.sandbox.microsoft.routes import GraphRoutes
from deploy.sandbox.microsoft.service import service_of
from deploy.sandbox.microsoft.sign_in import SignIn, oauth_error
from deploy.sandbox.rooms import rooms_of
from deploy.sandbox.world import Seed, World
from shared import clock


def build_router(world: World) -> APIRouter:
    """All that Microsoft answers, without the mount. Graph's paths come first: a tenant may have any name."""
    router = APIRouter()
    sign_in = SignIn(world)
    service = service_of(world)
    routes = GraphRoutes(world, service, sign_in.oauth)
    Operations(service, routes).add_to(router)
    PlaceRoutes(service.rooms, routes).add_to(router)
    sign_in.add_to(router)
    return router


def build_inspect_router(world: World) -> APIRouter:
    return build_inspect_routes(service_of(world))


def error_body(status: int, path: str) -> dict[str, object]:
    if not path.startswith("/v1.0/"):
        return oauth_error(status)
    zero = "00000000-0000-0000-0000-000000000000"
    return body_of(any_error(status), f"{clock.now():%Y-%m-%dT%H:%M:%S}", zero, zero)


def apply_seed(world: World, seed: Seed) -> None:
    """``{"microsoft": {"calendars": [as POST /inspect/microsoft/calendars, with "events"], "events": [as POST
    …/events], "settings": {as PUT …/settings}}}``; rooms.
    """
    service_of(world).rooms.add(rooms_of(seed, Provider.MICROSOFT))
    section = seed.get("microsoft")
    if not isinstance(section, Mapping):
        return
    service = service_of(world)
    for calendar in section.get("calendars", []):
        made = add_calendar(service, calendar)
        for event in calendar.get("events", []):
            add_by_hand(service, {"notify": False, "user": calendar["user"], "calendar": made["id"]} | event)
    for event in section.get("events", []):
        add_by_hand(service, {"notify": False} | event)
    change_settings(service, SettingsChange.model_validate(section.get("settings", {})))
