"""E10: every route that changes an appointment, and who may take it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.booking.test_registering import GUEST, registered
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at

ONE = "/internal/appointments/{appointment_id}"
OCCURRENCE = f"{ONE}/occurrences/{{original_start}}"
BOSS, ELSEWHERE = "stf_boss", "org_other"
LINK = {"join_url": "https://teams.example/l/1", "meeting_id": "1", "passcode": "2"}
ROUTES: Mapping[tuple[str, str], Any] = {
    ("PATCH", ONE): {"title": "別名"},
    ("POST", f"{ONE}/cancel"): {"message": ""},
    ("DELETE", ONE): None,
    ("PUT", f"{ONE}/meeting"): LINK,
    ("DELETE", f"{ONE}/meeting"): None,
    ("POST", f"{ONE}/drift"): {"decision": "restore"},
    ("POST", f"{ONE}/approve"): {"message": ""},
    ("POST", f"{ONE}/decline"): {"message": ""},
    ("PUT", f"{ONE}/outcome"): {"outcome": "completed"},
    ("POST", f"{ONE}/join-link"): {"revoke": True},
    ("PATCH", OCCURRENCE): {"end": a_slot_at(2, 13, minutes=30)["end"]},
    ("DELETE", OCCURRENCE): None,
}
"""With a body that each takes."""
SERIES = {"rrule": "FREQ=DAILY;COUNT=2", "guest": GUEST, "send_mail": False}
NOTHING_THERE = {"drift": "drift_over", "decline": "already_confirmed"}
"""What whoever may decide hears where nothing was changed by hand, and of what is no request."""
ANYBODY = {
    "the registrant": {"staff_id": TARO},
    "an administrator": {"staff_id": BOSS, "role": "admin"},
    "a colleague who attends": {"staff_id": HANAKO},
    "a colleague": {"staff_id": BOSS},
    "the other organizer": {"staff_id": "stf_organizer"},
    "another organization's namesake": {"staff_id": TARO, "organization": ELSEWHERE},
    "another organization's machine": {"staff_id": "", "organization": ELSEWHERE, "role": "admin"},
}
OWN = {"the registrant", "an administrator"}
COLLEAGUES = {"a colleague who attends", "a colleague", "the other organizer"}
MAY = {
    "closed": ({}, OWN),
    "others may": ({"others_may_edit": True}, OWN | COLLEAGUES),
    "others may, private": ({"others_may_edit": True, "visibility": "private"}, OWN | {"a colleague who attends"}),
    "another organizes": ({"organizer_id": HANAKO}, OWN | {"a colleague who attends"}),
}


async def call(world: World, route: tuple[str, str], shown: Mapping[str, Any], who: Mapping[str, str]) -> Any:
    method, template = route
    path = template.removeprefix("/internal").format(appointment_id=shown["id"], original_start=quote(shown["start"]))
    return await world.call(method, path, ROUTES[route], **who)


def test_the_table_has_every_route_that_changes_an_appointment(world: World) -> None:
    known = {
        (method.upper(), path)
        for path, methods in world.app.openapi()["paths"].items()
        for method in methods.keys() - {"get", "head"}
        if path.startswith(ONE)
    }
    assert known == set(ROUTES)


@pytest.mark.parametrize("case", MAY)
async def test_e10_only_who_may_takes_any_route_that_changes_it(world: World, case: str) -> None:
    changes, may = MAY[case]
    shown = await registered(world, attendee_ids=[TARO, HANAKO], **SERIES, **changes)
    before = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    for name in ANYBODY.keys() - may:
        elsewhere = ANYBODY[name].get("organization") == ELSEWHERE
        for route in ROUTES:
            answer = await call(world, route, shown, ANYBODY[name])
            assert answer.status_code == (404 if elsewhere else 403), (name, route, answer.text)
    assert (await world.call("GET", f"/appointments/{shown['id']}")).json() == before


@pytest.mark.parametrize("case", MAY)
async def test_e10_who_may_takes_every_route_that_changes_it(world: World, case: str) -> None:
    changes, may = MAY[case]
    for name in sorted(may):
        shown = await registered(world, attendee_ids=[TARO, HANAKO], **SERIES, **changes)
        for route in sorted(ROUTES, key=lambda route: (route == ("DELETE", ONE), route[1] == f"{ONE}/cancel")):
            answer = await call(world, route, shown, ANYBODY[name])
            over = answer.status_code == 409 and answer.json()["code"] == NOTHING_THERE.get(route[1].rpartition("/")[2])
            assert over or answer.status_code in (200, 204), (name, route, answer.text)
