"""A company in a running demo with one of everything, and people who have nothing to do with it."""

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from services.gateway.model import Scope
from tests.e2e.pages.another_organization import another_organization
from tests.infrastructure.demo import RunningDemo
from tests.waiting import eventually

TOKYO = ZoneInfo("Asia/Tokyo")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GUEST = {"company": "守秘商事", "name": "秘密花子", "email": "himitsu@example.com"}
OTTO, BERTHA, MIKA = "otto@authorization.example", "bertha@authorization.example", "mika@authorization.example"
PASSWORD = "a-long-password"


@dataclass
class Person:
    """Their way into the API, and a browser that is signed in."""

    api: httpx.AsyncClient
    browser: httpx.AsyncClient
    staff_id: str


@dataclass
class Company:
    """``ids`` by the names that routes give them. ``admin``, ``taro`` (whose everything is) and ``mika`` (who has no
    part in it) belong to it; ``otto`` and ``bertha`` are another company's people, ``key`` is its API key.
    """

    demo: RunningDemo
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """Tokens of guests, and the page's slug."""
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def client(self, **headers: str) -> httpx.AsyncClient:
        return await self.stack.enter_async_context(self.demo.at_gateway(**headers))

    async def sign_in(self, name: str, email: str, password: str = PASSWORD) -> None:
        nobody = await self.client()
        answer = await nobody.post("/api/v1/sessions", json={"email": email, "password": password})
        told = answer.raise_for_status().json()
        browser = await self.client(accept="text/html", cookie=f"chosei_session={told['token']}")
        page = (await browser.get("/account")).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        browser.headers["x-csrf-token"] = found[1]
        api = await self.client(authorization=f"Bearer {told['token']}")
        self.people[name] = Person(api, browser, told["staff"]["id"])

    async def made(self, name: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self.people[name].api.post(f"/api/v1{path}", json=dict(body))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def furnish(self) -> None:
        logins = dict(self.demo.logins)
        await self.sign_in("admin", "admin@example.jp", logins["admin@example.jp"])
        await self.sign_in("taro", "taro@example.jp", logins["taro@example.jp"])
        await self.made("admin", "/staff", {"name": "無関係美香", "email": MIKA, "password": PASSWORD})
        await self.sign_in("mika", MIKA)
        await self._people_elsewhere()
        await self._things_of_administrators()
        await self._things_of_taro()

    async def _people_elsewhere(self) -> None:
        await another_organization(self.demo, OTTO, PASSWORD)
        await self.sign_in("otto", OTTO)
        await self.made("otto", "/staff", {"name": "Bertha", "email": BERTHA, "password": PASSWORD})
        await self.sign_in("bertha", BERTHA)
        key = await self.made("otto", "/api-keys", {"name": "all", "scopes": [scope.value for scope in Scope]})
        api = await self.client(authorization=f"Bearer {key['secret']}")
        self.people["key"] = Person(api, api, self.people["otto"].staff_id)

    async def _things_of_administrators(self) -> None:
        made = {
            "meeting_type_id": await self.made("admin", "/meeting-types", {"name": "訪問", "location": "visit"}),
            "bookable_id": await self.made("admin", "/bookables", {"name": "窓口", "capacity": 3}),
            "webhook_id": await self.made(
                "admin", "/webhooks", {"url": f"{self.demo.sandbox_url}/nobody", "events": ["notifier.*"]}
            ),
            "key_id": await self.made("admin", "/api-keys", {"name": "鍵", "scopes": ["pages:read"]}),
        }
        self.ids |= {name: str(one["id"]) for name, one in made.items()}
        self.ids["staff_id"] = self.people["taro"].staff_id

    async def _things_of_taro(self) -> None:
        day = (datetime.now(TOKYO) + timedelta(days=200)).replace(hour=13, minute=0, second=0, microsecond=0)

        def on(days: int) -> dict[str, str]:
            start = day + timedelta(days=days)
            return {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}

        note = {"note": "社外秘のメモ", "guest": GUEST, "send_mail": False}
        proposed = await self.made("taro", "/proposals", {"slots": [on(0), on(1)], **note})
        registered = await self.made(
            "taro", "/appointments", {**on(2), **note, "kind": "visit", "rrule": "FREQ=WEEKLY;COUNT=3"}
        )
        hours = {name: [{"start": "13:00", "end": "16:00"}] for name in DAYS}
        hosts = [{"staff_id": self.people["taro"].staff_id, "hours": hours}]
        page = await self.made(
            "taro",
            "/pages",
            {"title": "ご相談", "hosts": hosts, "holidays_off": False, "horizon_days": 300, "daily_limit": 5},
        )
        self.links |= {"proposal": proposed["guest_url"].rpartition("/")[2], "page": page["slug"]}
        booking = {"start": on(3)["start"], "duration": 30, "guest": {k: GUEST[k] for k in ("name", "email")}}
        path = f"/guest/pages/{page['slug']}/bookings"
        booked = await self.made("mika", path, booking | {"answers": {}, "time_zone": "Asia/Tokyo"})
        self.links["appointment"] = booked["manage_url"].rpartition("/")[2]
        feed = await self.made("taro", "/me/calendar-feed", {})
        self.links["feed"] = feed["url"].rpartition("/")[2].removesuffix(".ics")
        first = datetime.fromisoformat(registered["start"]).astimezone(UTC)
        self.ids |= {
            "proposal_id": proposed["id"],
            "appointment_id": registered["id"],
            "original_start": first.isoformat(),
            "mark": f"{first:%Y%m%dT%H%M%SZ}",
            "page_id": page["id"],
            "contact_id": await eventually(self._contact),
        }

    async def _contact(self) -> str | None:
        found = (await self.people["admin"].api.get("/api/v1/contacts", params={"q": GUEST["email"]})).json()["items"]
        return str(found[0]["id"]) if found else None

    async def stands(self) -> dict[str, Any]:
        """Whatever of it somebody could have changed, as its administrator sees it; without what services add."""
        admin, ids = self.people["admin"].api, self.ids
        paths = {
            f"/proposals/{ids['proposal_id']}": ("status", "title", "note", "guest", "slots"),
            f"/appointments/{ids['appointment_id']}": ("status", "title", "note", "guest", "start", "end", "outcome"),
            f"/pages/{ids['page_id']}": ("title", "active", "slug", "owner_id"),
            f"/contacts/{ids['contact_id']}": ("name", "company", "email"),
            f"/meeting-types/{ids['meeting_type_id']}": ("version", "name", "archived"),
            f"/bookables/{ids['bookable_id']}": ("version", "name", "archived"),
            f"/webhooks/{ids['webhook_id']}": ("version", "url", "enabled"),
            f"/api-keys/{ids['key_id']}": ("name", "state"),
            f"/staff/{ids['staff_id']}": ("name", "email", "role", "disabled"),
            "/organization": ("name", "product_name"),
        }
        found: dict[str, Any] = {}
        for path, names in paths.items():
            answer = (await admin.get(f"/api/v1{path}")).raise_for_status().json()
            found |= {f"{path} {name}": answer[name] for name in names}
        return found
