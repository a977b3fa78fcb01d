"""A gateway whose forms are found by reading its pages, and what may be sent in place of what they would send."""

import inspect
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import strategies as st
from pydantic import BaseModel

from services.gateway.model import Session
from services.gateway.pages.router import build_pages_routers
from services.gateway.schemas.organization import OrganizationPatch
from services.gateway.schemas.staff import MePatch, StaffPatch
from tests.infrastructure.forms import Form, Page, read
from tests.integration.gateway.fakes import (
    GUEST_TOKEN,
    SLOT,
    Answer,
    a_guest_appointment,
    an_appointment_view,
)
from tests.integration.gateway.installation import PASSWORDS, Installation, installed
from tests.integration.gateway.judging import Judge
from tests.integration.gateway.test_calendars import calendars
from tests.integration.gateway.test_zoom_pages import ACCOUNT, a_user

ADMIN, TARO = "admin@example.jp", "taro@example.jp"
_UNTIL = "2030-12-01T10:00:00+09:00"
_OF_PAGE = {
    "page": {"id": "pag_1", "title": "ご相談", "slug": "intro"},
    "can_cancel": True,
    "cancel_until": _UNTIL,
    "can_reschedule": True,
    "reschedule_until": _UNTIL,
}
_OCCURRENCE = {
    "appointment_id": "apt_1",
    "version": 2,
    "original_start": SLOT["start"],
    **SLOT,
    "status": "confirmed",
    "moved": False,
    "can_change": True,
}
SIDES: Sequence[tuple[str, str, Any]] = (
    ("calendar_sync", "GET /internal/connections/google/calendars", calendars()),
    ("calendar_sync", "PUT /internal/connections/google/calendars", calendars()),
    ("zoom_issuer", "GET /internal/zoom-account", ACCOUNT),
    ("zoom_issuer", "GET /internal/zoom-account/touched", {"items": []}),
    ("zoom_issuer", "GET /internal/zoom-users", {"items": [a_user(1)], "next_cursor": None}),
    ("booking", "GET /internal/appointments/apt_1/occurrences", {"items": [_OCCURRENCE], "next_cursor": None}),
)
"""What the services say beside the usual, so that more pages have their forms."""
SEEN: Sequence[tuple[Sequence[tuple[str, str, Any]], Sequence[str]]] = (
    ((), ("/", f"/g/{GUEST_TOKEN}", "/p/intro", "/sign-in", "/settings/zoom")),
    (
        [
            (
                "booking",
                "GET /internal/appointments/apt_1",
                an_appointment_view(status="requested", requested_until=_UNTIL),
            )
        ],
        ("/appointments/apt_1",),
    ),
    ([("booking", "GET /internal/guest/appointment", a_guest_appointment(**_OF_PAGE))], (f"/a/{GUEST_TOKEN}",)),
)
"""What else the services say while links are followed from some pages."""
PLACES = {
    "appointment_id": "apt_1",
    "proposal_id": "prp_1",
    "page_id": "pag_1",
    "webhook_id": "whk_1",
    "provider": "google",
    "token": GUEST_TOKEN,
    "slug": "intro",
    "mark": "20301202T040000Z",
    "language": "ja",
}
"""What stands for parts of a path that no page led to; any other id may be anything."""
ODD: Sequence[str | bytes] = (
    "",
    " ",
    "a\0b",
    "x" * 50_000,
    "あ" * 50_000,
    "\U0001f468\u200d\U0001f469 \u202e\u0301",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "-1",
    "9" * 400,
    "1e999",
    "NaN",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "24:61",
    "2030-12-02T04:00:00",
    "9999-12-31T23:59:59+09:00",
    "[]",
    '{"a": [1]}',
    "../../etc/passwd",
    "Nowhere/Zone",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "a@b@c",
    "stf_other",
    "apt_of_others",
    GUEST_TOKEN[::-1],
    "r1",
    "on",
)
Sent = Sequence[tuple[str, str | bytes]]


@dataclass(frozen=True)
class FormRoute:
    """``words`` are what its module may ask a form for."""

    path: str
    words: frozenset[str]

    def __str__(self) -> str:
        return self.path

    def matches(self, path: str) -> bool:
        return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", self.path), path) is not None

    def place(self) -> str:
        return re.sub(r"\{([^}:]+)\}", lambda name: PLACES.get(name[1], f"{name[1]}_x"), self.path)


def form_routes() -> list[FormRoute]:
    """All that the pages' routers take by POST."""
    app = FastAPI()
    for router in build_pages_routers():
        app.include_router(router)
    found = [one for one in iter_route_contexts(app.router.routes) if "POST" in (one.methods or ())]
    return [FormRoute(str(one.path), _words(one.endpoint)) for one in found]


def _words(endpoint: object) -> frozenset[str]:
    source = inspect.getsource(inspect.getmodule(endpoint))  # type: ignore[arg-type]
    return frozenset(re.findall(r'"([a-z][a-z_]{1,30})"', source))


def spoilt(fields: Sequence[tuple[str, str]], others: Sequence[str]) -> st.SearchStrategy[Sent]:
    """Some fields hold something odd, are missing or come twice; now and then one comes that is not on the form."""
    names = sorted({name for name, _ in fields} - {"csrf_token"}) or ["name"]
    odd, which = st.sampled_from(ODD), st.sampled_from(names)
    changes = st.lists(st.tuples(which, st.sampled_from(["instead", "missing", "before", "after"]), odd), max_size=4)
    more = st.lists(st.tuples(st.sampled_from([*others, "csrf_token", "x" * 300]), odd), max_size=2)
    return st.builds(lambda changes, more: _applied(fields, changes, more), changes, more)


def _applied(
    fields: Sequence[tuple[str, str]],
    changes: Sequence[tuple[str, str, str | bytes]],
    more: Sequence[tuple[str, str | bytes]],
) -> Sent:
    sent: list[tuple[str, str | bytes]] = list(fields)
    for name, how, value in changes:
        if how in ("instead", "missing"):
            sent = [one for one in sent if one[0] != name]
        if how != "missing":
            sent.insert(0 if how == "before" else len(sent), (name, value))
    return [*sent, *more]


@dataclass
class Desk:
    """``pages`` is the administrator's browser; ``forms``, with the pages they are on, are by their route's path."""

    made: Installation
    pages: httpx.AsyncClient
    forms: dict[str, tuple[str, Form]] = field(default_factory=dict)
    fresh: str = ""
    """The route whose form was read since anything was saved."""

    async def sign_in(self) -> str:
        """Anew where a form ended the session; answers its token for forms."""
        token = self.made.tokens[ADMIN]
        session = await self.made.parts.sessions.find(token)
        if session is None:
            token, session = await self._another()
        self.pages.cookies.clear()
        self.pages.cookies.set("chosei_session", token)
        return self.made.parts.csrf.token(session.id)

    async def _another(self) -> tuple[str, Session]:
        body = {"email": ADMIN, "password": PASSWORDS[ADMIN]}
        token = (await self.made.anyone.post("/api/v1/sessions", json=body)).raise_for_status().json()["token"]
        self.made.tokens[ADMIN] = token
        session = await self.made.parts.sessions.find(token)
        assert session is not None
        return token, session

    async def read_all(self, routes: Sequence[FormRoute]) -> None:
        await self.sign_in()
        for said, starts in SEEN:
            self.made.services.reset()
            for service, what, body in [*SIDES, *said]:
                self.made.services.says(service, what, Answer(200, body))
            await self._follow(starts, routes)

    async def _follow(self, starts: Sequence[str], routes: Sequence[FormRoute]) -> None:
        """Links as far as they lead; of addresses that differ in what they name only the first."""
        waiting, seen = list(starts), set[str]()
        while waiting:
            path = waiting.pop(0)
            kind = re.sub(r"=[^&]*", "", re.sub(r"[a-z]{3}_[0-9a-f]{8,}", "*", path))
            if kind in seen or "#" in path or "lang=" in path:
                continue
            seen.add(kind)
            answer = await self.pages.get(path)
            if answer.is_redirect:
                waiting.append(answer.headers["location"])
            elif answer.headers.get("content-type", "").startswith("text/html"):
                page = read(answer.text)
                waiting += [urljoin(path, link) for link in page.links if link.startswith(("/", "?"))]
                self._keep(page, path, routes)

    def _keep(self, page: Page, path: str, routes: Sequence[FormRoute]) -> None:
        for form in page.forms:
            action = urljoin(path, form.action or path)
            route = next((route for route in routes if route.matches(urlsplit(action).path)), None)
            _, known = self.forms.get(route.path, ("", Form(""))) if route else ("", Form(""))
            if route is not None and len(form.fields) > len(known.fields):
                self.forms[route.path] = path, Form(action, form.fields, form.buttons)

    async def form_of(self, route: FormRoute) -> Form:
        """As its page has it now: a form that was saved since is of another version."""
        if route.path not in self.forms:
            return Form(route.place(), [(word, "") for word in sorted(route.words)])
        path, known = self.forms[route.path]
        if self.fresh != route.path:
            found = read((await self.pages.get(path)).text).forms
            now = [one for one in found if urljoin(path, one.action or path) == known.action]
            known = Form(known.action, now[0].fields, now[0].buttons) if now else known
            self.forms[route.path], self.fresh = (path, known), route.path
        return known

    async def send(self, action: str, sent: Sent, csrf: str, language: str) -> httpx.Response:
        self.pages.cookies.set("lang", language)
        fields = [(name, csrf if name == "csrf_token" and value in ("", None) else value) for name, value in sent]
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": str(self.pages.base_url)}
        answer = await self.pages.post(action, content=urlencode(fields).encode(), headers=headers)
        if answer.is_redirect or answer.status_code == 412:
            self.fresh = ""
        return answer

    def wrote_elsewhere(self) -> bool:
        """Whether a service was asked for a change, of which it is the judge."""
        return any(request.method not in ("GET", "HEAD") for request in self.made.services.asked)

    async def refused_by_the_api(self) -> Mapping[str, str]:
        """What stands in the gateway's own database and would not be taken by the API if it came there."""
        await self.sign_in()
        admin = self.made.admin
        staff = (await admin.get("/api/v1/staff", params={"limit": 200})).json()["items"]
        stands: list[tuple[str, type[BaseModel], dict[str, Any]]] = [
            ("organization", OrganizationPatch, (await admin.get("/api/v1/organization")).json()),
            ("me", MePatch, (await admin.get("/api/v1/me")).json()),
            *((f"staff/{one['id']}", StaffPatch, one) for one in staff),
        ]
        refused = {}
        for name, model, values in stands:
            again = {each: values[each] for each in model.model_fields if values.get(each) is not None}
            answer = await admin.patch(f"/api/v1/{name}", json=again)
            if answer.status_code != 200:
                refused[name] = answer.text
        return refused


@asynccontextmanager
async def a_desk(mongo_url: str, amqp_url: str, routes: Sequence[FormRoute]) -> AsyncIterator[Desk]:
    """Passwords are cheap, and nobody is refused for trying often."""
    lifted = {f"failed_sign_ins_per_minute_and_{by}": 10**9 for by in ("account", "ip")}
    async with installed(mongo_url, amqp_url, **lifted) as made:
        made.app.state.gateway.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        made.services.judge = Judge()
        desk = Desk(made, made.pages())
        await desk.read_all(routes)
        yield desk
