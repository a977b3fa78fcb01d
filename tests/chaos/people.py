"""Staff and guests as programs: what they do over HTTP, patient with a system that is being killed under them."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import httpx

from shared.ids import new_id
from tests.waiting import eventually

_PATIENCE_SECONDS = 300
_NOT_NOW = (429, 502, 503, 504)
SERIES_WEEKS = 3


async def persist(client: httpx.AsyncClient, method: str, path: str, **arguments: Any) -> httpx.Response:
    """Repeat until the system gives a real answer; writes carry one Idempotency-Key over all tries."""
    headers = {"idempotency-key": new_id("try"), **arguments.pop("headers", {})}

    async def answered() -> httpx.Response | None:
        try:
            answer = await client.request(method, path, headers=headers, **arguments)
        except httpx.HTTPError:
            return None
        in_flight = answer.status_code == 409 and answer.json().get("code") == "idempotency_in_progress"
        return None if answer.status_code in _NOT_NOW or answer.status_code >= 500 or in_flight else answer

    answer: httpx.Response = await eventually(answered, timeout=_PATIENCE_SECONDS, interval=0.3)
    return answer


@dataclass
class Staff:
    """One signed-in member of staff."""

    staff_id: str
    email: str
    calendar: str
    headers: dict[str, str]


class Source(StrEnum):
    """How an appointment comes about."""

    PROPOSAL = "proposal"
    PAGE = "page"
    DIRECT = "direct"
    SERIES = "series"


class Fate(StrEnum):
    """What staff do about it afterwards."""

    STANDS = "stands"
    MOVED = "moved"
    CANCELED = "canceled"


@dataclass
class Deal:
    """One appointment and what became of it; ``title`` is unique and found again at the providers."""

    title: str
    staff: list[Staff]
    guest_email: str
    day: datetime
    guest_url: str = ""
    start: str = ""
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    source: Source = Source.PROPOSAL
    fate: Fate = Fate.STANDS
    slug: str = ""

    @property
    def token(self) -> str:
        return self.guest_url.rsplit("/", 1)[-1]

    @property
    def stands(self) -> bool:
        return self.status == 201 and self.fate is not Fate.CANCELED

    @property
    def starts(self) -> list[datetime]:
        """Of all its occurrences."""
        weeks = SERIES_WEEKS if self.source is Source.SERIES else 1
        return [datetime.fromisoformat(self.start) + timedelta(weeks=week) for week in range(weeks)]


async def sign_in(client: httpx.AsyncClient, email: str, password: str, calendar: str) -> Staff:
    answer = await persist(client, "POST", "/api/v1/sessions", json={"email": email, "password": password})
    body = answer.json()
    return Staff(body["staff"]["id"], email, calendar, {"authorization": f"Bearer {body['token']}"})


async def propose(client: httpx.AsyncClient, deal: Deal, first_hour: int) -> None:
    starts = [deal.day + timedelta(hours=first_hour + number) for number in range(3)]
    body = {
        "kind": "web",
        "title": deal.title,
        "attendee_ids": [member.staff_id for member in deal.staff],
        "slots": [{"start": s.isoformat(), "end": (s + timedelta(minutes=30)).isoformat()} for s in starts],
        "guest": {"company": "ABC株式会社", "name": deal.title, "email": deal.guest_email},
        "send_mail": True,
    }
    answer = await persist(client, "POST", "/api/v1/proposals", json=body, headers=deal.staff[0].headers)
    assert answer.status_code == 201, answer.text
    deal.guest_url = answer.json()["guest_url"]


async def confirm(client: httpx.AsyncClient, deal: Deal, choice: int) -> None:
    """Choose a slot; one that is gone is replaced by another that is still offered."""
    path = f"/api/v1/guest/proposals/{deal.token}"
    for attempt in itertools.count(choice):
        view = (await persist(client, "GET", path)).json()
        open_slots = [slot for slot in view["slots"] if slot["status"] == "open"]
        assert open_slots, f"{deal.title} has nothing left to choose: {view}"
        slot = open_slots[attempt % len(open_slots)]
        body = {"slot_id": slot["id"], "name": deal.title, "company": "ABC株式会社", "time_zone": "Asia/Tokyo"}
        answer = await persist(client, "POST", f"{path}/confirm", json=body)
        deal.status, deal.answer, deal.start = answer.status_code, answer.json(), slot["start"]
        if deal.answer.get("code") != "slot_taken":
            return
        await asyncio.sleep(0.1)
