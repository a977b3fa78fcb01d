"""Every route with something of a company in its path, asked by those who have no part in it, on the whole system: by
the rules of ``tests/access`` (G23).
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest

from tests.access import Who
from tests.access.routes import PREFIX, declared
from tests.e2e.company import Company, Person
from tests.infrastructure.demo import RunningDemo

RULES = declared()
TAKEN = {"title": "乗っ取り", "name": "乗っ取り"}
SLOT = {"start": "2031-01-06T13:00:00+09:00", "end": "2031-01-06T14:00:00+09:00"}
BODIES: Mapping[str, Any] = {
    "PATCH /appointments/{appointment_id}": {"title": "乗っ取り"},
    "POST /appointments/{appointment_id}/drift": {"decision": "restore"},
    "POST /appointments/{appointment_id}/join-link": {"revoke": True},
    "PUT /appointments/{appointment_id}/meeting": {"join_url": "https://meet.example.com/1"},
    "PATCH /appointments/{appointment_id}/occurrences/{original_start}": SLOT,
    "PUT /appointments/{appointment_id}/outcome": {"outcome": "completed"},
    "PATCH /proposals/{proposal_id}": {"title": "乗っ取り"},
    "PATCH /pages/{page_id}": {"title": "乗っ取り"},
    "POST /pages/{page_id}/times": {"starts": [SLOT["start"]]},
    "PATCH /contacts/{contact_id}": {"name": "乗っ取り"},
    "PATCH /staff/{staff_id}": {"name": "乗っ取り"},
    "PATCH /meeting-types/{meeting_type_id}": {"name": "乗っ取り"},
    "PATCH /bookables/{bookable_id}": {"name": "乗っ取り"},
    "PATCH /webhooks/{webhook_id}": {"enabled": False},
    "POST /webhooks/{webhook_id}/rotate-secret": {},
    "POST /webhooks/{webhook_id}/replay": {"since": "2026-11-01T00:00:00Z"},
    "PATCH /organization": {"name": "乗っ取り"},
    "POST /staff": {"name": "乗っ取り", "email": "taken@authorization.example"},
    "POST /erasures": {"email": "taken@authorization.example"},
    "POST /api-keys": {"name": "乗っ取り", "scopes": ["pages:read"]},
    "POST /meeting-types": {"name": "乗っ取り", "location": "visit"},
    "POST /bookables": {"name": "乗っ取り"},
    "POST /webhooks": {"url": "https://hooks.example.com/y", "events": ["*"]},
    "PUT /mail-templates/{name}": {"subject": "乗っ取り", "body": "乗っ取り"},
    "POST /zoom-account": {"account_id": "a", "client_id": "c", "client_secret": "s"},
    "POST /ops/dead-letters/replay": {},
    "POST /ops/dead-letters/{dead_letter_id}/discard": {"reason": "乗っ取り"},
    "POST /ops/effects/retry": {},
    "POST /ops/effects/{effect_id}/give-up": {"reason": "乗っ取り"},
}
"""What those calls need that are refused by who asks, and not by what they say."""
TIMES = {"date": "2031-01-06", "start": "13:00", "end": "14:00"}
FORM = {"version": "1", "outcome": "completed", "decision": "restore", **TIMES}
"""Fields that pages look at before they ask for what it is about."""
QUERIES: Mapping[str, Mapping[str, str]] = {
    "GET /pages/{page_id}/explain": {"at": SLOT["start"]},
    "GET /pages/{page_id}/slots": {"from": SLOT["start"], "to": SLOT["end"]},
}
PLACES = {"provider": "google", "language": "ja", "name": "confirmed_guest", "step": "close"}
OF_NOBODY = {"delivery_id", "offer_id", "dead_letter_id", "parked_id", "effect_id", "erasure_id"}
"""Things that the company has none of."""


@pytest.fixture(scope="module")
async def company(demo: RunningDemo) -> AsyncIterator[Company]:
    made = Company(demo)
    async with made.stack:
        await made.furnish()
        yield made


def names_in(route: str) -> list[str]:
    return [part[1:-1] for part in route.split("/") if part.startswith("{")]


def variants(company: Company, route: str) -> Iterator[dict[str, str]]:
    """What the parts of its path are: where a noun may be several things, each."""
    nouns: dict[str, tuple[str, ...]] = {
        "/menus/": ("meeting-types", "bookables"),
        "/{noun}/": ("proposals", "appointments"),
    }
    found = next((known for start, known in nouns.items() if start in route and "{noun}" in route), ("",))
    item_ids = {"meeting-types": "meeting_type_id", "bookables": "bookable_id"}
    item_ids |= {"proposals": "proposal_id", "appointments": "appointment_id"}
    for noun in found:
        item = {"noun": noun, "item_id": company.ids[item_ids[noun]]} if noun else {}
        yield {**PLACES, **dict.fromkeys(OF_NOBODY, "x" * 20), **company.ids, **item}


async def ask(person: Person, route: str, parts: Mapping[str, str]) -> httpx.Response:
    method, path = route.split(" ")
    address = "/".join(parts[part[1:-1]] if part.startswith("{") else part for part in path.split("/"))
    if not path.startswith(PREFIX):
        return await person.browser.request(method, address, data=FORM if method == "POST" else None)
    short = route.replace(PREFIX, "")
    body = BODIES.get(short)
    return await person.api.request(method, address, json=body, params=QUERIES.get(short))


def verdict(answer: httpx.Response) -> tuple[int, str]:
    """What it says, apart from what it is about."""
    problem = answer.headers.get("content-type", "").startswith("application/problem")
    return answer.status_code, answer.json()["code"] if problem else ""


def about_something(*rules: Who) -> list[str]:
    """Routes that name something of a company."""
    free = {"provider", "name", "noun", "language", "token", "slug", *OF_NOBODY}
    return [route for route, who in RULES.items() if who in rules and set(names_in(route)) - free]


async def test_g23_another_companys_people_and_keys_find_nothing(company: Company) -> None:
    """Administrators, members and programs alike; and a right guess looks like a wrong one, also where it leads
    back to a list.
    """
    before, wrong = await company.stands(), {}
    for route in about_something(Who.STAFF, Who.PART, Who.ADMIN):
        people = ("otto", "bertha", "key") if f" {PREFIX}/" in route else ("otto", "bertha")
        for parts in variants(company, route):
            guess = {name: value[:-4] + "0000" if name.endswith("_id") else value for name, value in parts.items()}
            for name in people:
                found = verdict(await ask(company.people[name], route, parts))
                guessed = verdict(await ask(company.people[name], route, guess))
                if found[0] not in (303, 404, *((403,) if name != "otto" else ())) or found != guessed:
                    wrong[f"{name}: {route}"] = (found, guessed)
    assert not wrong, str(wrong)
    assert await company.stands() == before


async def test_g23_colleagues_without_a_part_in_it_change_nothing(company: Company) -> None:
    before, wrong = await company.stands(), {}
    routes = [route for route, who in RULES.items() if who in (Who.PART, Who.ADMIN)]
    for route in routes:
        for parts in variants(company, route):
            answer = await ask(company.people["mika"], route, parts)
            if answer.status_code != 403:
                wrong[f"{route} {parts.get('noun', '')}"] = verdict(answer)
    assert not wrong, str(wrong)
    assert await company.stands() == before


async def test_g23_lists_of_another_company_hold_nothing_of_it(company: Company) -> None:
    words = [*company.ids.values(), *company.links.values(), "秘密花子", "himitsu@", "社外秘", "taro@example.jp"]
    words = [word for word in words if word not in (company.ids["original_start"], company.ids["mark"])]
    words.remove(company.links["page"])
    lists = [route for route, who in RULES.items() if who in (Who.OWN, Who.STAFF, Who.ADMIN) and "{" not in route]
    seen = {}
    for route in [route for route in lists if route.startswith("GET ")]:
        for name in ("otto", "bertha"):
            answer = await ask(company.people[name], route, {})
            assert answer.status_code < 500, route
            if found := [word for word in words if word in answer.text]:
                seen[f"{name}: {route}"] = found
    assert seen == {}


def references(company: Company) -> Iterator[tuple[str, str, dict[str, Any], dict[str, str]]]:
    """Calls of one's own that name something of another company."""
    ids, taro = company.ids, company.ids["staff_id"]
    here = {"guest": {"name": "x"}, "send_mail": False}
    span = {"from": SLOT["start"], "to": SLOT["end"]}
    yield "POST", "/proposals", {"slots": [SLOT], "attendee_ids": [taro], **here}, {}
    yield "POST", "/proposals", {"slots": [SLOT], "organizer_id": taro, **here}, {}
    yield "POST", "/proposals/preview", {"slots": [SLOT], "attendee_ids": [taro], **here}, {}
    yield "POST", "/appointments", {**SLOT, "kind": "visit", "attendee_ids": [taro]}, {}
    yield "POST", "/appointments", {**SLOT, "meeting_type_id": ids["meeting_type_id"]}, {}
    yield "POST", "/appointments", {**SLOT, "kind": "visit", "bookable_id": ids["bookable_id"]}, {}
    yield "POST", "/pages", {"title": "x", "hosts": [{"staff_id": taro}]}, {}
    yield "POST", "/pages", {"title": "x", "owner_id": taro}, {}
    yield "POST", "/pages", {"title": "x", "meeting_type_id": ids["meeting_type_id"]}, {}
    yield "POST", "/pages", {"title": "x", "bookable_id": ids["bookable_id"]}, {}
    yield "POST", "/pages/preview", {"page": {"title": "x", "hosts": [{"staff_id": taro}]}}, {}
    yield "POST", "/bookables", {"name": "x", "staff_id": taro}, {}
    yield "POST", "/bookables", {"name": "x", "meeting_type_ids": [ids["meeting_type_id"]]}, {}
    yield "POST", "/connections/google/resume", {"decision": "accept", "staff_id": taro}, {}
    template = "/mail-templates/confirmed_guest/preview"
    yield "POST", template, {"appointment_id": ids["appointment_id"]}, {}
    yield "GET", "/calendar", {}, {"staff_ids": taro, **span}
    yield "GET", "/calendar/explain", {}, {"staff_id": taro, "at": SLOT["start"]}
    yield "GET", "/calendar/suggestions", {}, {"staff_ids": taro, **span}


async def test_g23_nothing_of_another_company_can_be_named_in_ones_own(company: Company) -> None:
    before, wrong = await company.stands(), {}
    for method, path, body, query in references(company):
        for name in ("otto", "key"):
            api = company.people[name].api
            answer = await api.request(method, f"/api/v1{path}", json=body or None, params=query)
            if not 400 <= answer.status_code < 500:
                wrong[f"{name}: {method} {path} {body} {query}"] = (answer.status_code, answer.text[:300])
    assert not wrong, str(wrong)
    assert await company.stands() == before


async def test_g23_a_guests_link_opens_what_it_was_made_for_and_nothing_else(company: Company) -> None:
    """Another's link, of another kind, looks like one that never was."""
    kinds = {"/proposals/": "proposal", "/g/": "proposal", "/pages/": "page", "/p/": "page"}
    kinds |= {"/appointments/": "appointment", "/a/": "appointment", "/ical/": "feed"}
    also = {"proposal": "appointment"}  # one that staff registered has its page beside those of proposals
    guest, wrong = await company.client(accept="text/html"), {}
    for route in [route for route, who in RULES.items() if who is Who.LINK and not route.endswith("/forget")]:
        method, path = route.split(" ")
        own = next((kind for part, kind in kinds.items() if part in path), "")
        unknown = ""
        for kind, link in {"unknown": "AbCdEfGhIjKlMnOpQrStUv", **company.links}.items():
            if kind in (own, also.get(own)):
                continue
            address = path.replace("{token}", link).replace("{slug}", link)
            answer = await guest.request(method, address, json={} if PREFIX in path and method == "POST" else None)
            said = f"{verdict(answer)} {answer.headers.get('location', '').replace(link, 'LINK')}"
            unknown = unknown or said
            if said != unknown:
                wrong[f"{kind}: {route}"] = (said, unknown)
    assert not wrong, str(wrong)
