"""The ways in which appointments come about, beside proposals, and what staff change afterwards."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.chaos.people import SERIES_WEEKS, Deal, Fate, Source, confirm, persist, propose

LENGTH = timedelta(minutes=30)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COMPANY = "ABC株式会社"


def first_start(deal: Deal, hour: int) -> datetime:
    """Series that overlap in their weeks begin at different hours."""
    week = deal.day.toordinal() // 7 % SERIES_WEEKS if deal.source is Source.SERIES else 0
    return deal.day + timedelta(hours=hour + week)


async def offer(client: httpx.AsyncClient, deal: Deal, hour: int) -> None:
    """What must be there before a guest can choose: a proposal, or a page."""
    if deal.source is Source.PROPOSAL:
        await propose(client, deal, hour)
    elif deal.source is Source.PAGE:
        await _make_page(client, deal, hour)


async def settle(client: httpx.AsyncClient, deal: Deal, choice: int, hour: int) -> None:
    """A guest chooses, or staff register."""
    if deal.source is Source.PROPOSAL:
        await confirm(client, deal, choice)
        return
    start = first_start(deal, hour)
    guest = {"company": _COMPANY, "name": deal.title, "email": deal.guest_email}
    path, headers = f"/api/v1/guest/pages/{deal.slug}/bookings", {}
    body: dict[str, Any] = {"start": start.isoformat(), "guest": guest, "time_zone": "Asia/Tokyo", "locale": "ja"}
    if deal.source is not Source.PAGE:
        path, headers = "/api/v1/appointments", deal.staff[0].headers
        body = {
            "title": deal.title,
            "kind": "web",
            "start": start.isoformat(),
            "end": (start + LENGTH).isoformat(),
            "attendee_ids": [member.staff_id for member in deal.staff],
            "guest": guest,
        }
        if deal.source is Source.SERIES:
            body["rrule"] = f"FREQ=WEEKLY;COUNT={SERIES_WEEKS}"
    answer = await persist(client, "POST", path, json=body, headers=headers)
    deal.status, deal.answer, deal.start = answer.status_code, answer.json(), start.isoformat()


async def change(client: httpx.AsyncClient, deal: Deal, hour: int) -> None:
    """Right after it came about, while most of its effects are still to come."""
    path, headers = f"/api/v1/appointments/{deal.answer['id']}", deal.staff[0].headers
    if deal.fate is Fate.CANCELED:
        answer = await persist(client, "DELETE", path, headers=headers)
    elif deal.fate is Fate.MOVED:
        start = deal.day + timedelta(hours=hour + 2, minutes=30)
        body = {"start": start.isoformat(), "end": (start + LENGTH).isoformat()}
        answer = await persist(client, "PATCH", path, json=body, headers=headers)
        deal.start = start.isoformat()
    else:
        return
    assert answer.status_code == 200, f"{deal.title}: {answer.status_code} {answer.text}"


async def _make_page(client: httpx.AsyncClient, deal: Deal, hour: int) -> None:
    hours = {"start": f"{hour:02}:00", "end": f"{hour + 3:02}:00"}
    body: dict[str, Any] = {
        "title": deal.title,
        "hosts": [{"staff_id": member.staff_id, "hours": {day: [hours] for day in _WEEK}} for member in deal.staff],
        "durations": [30],
        "step": 30,
        "horizon_days": 60,
        "holidays_off": False,
        "time_zone": "Asia/Tokyo",
    }
    answer = await persist(client, "POST", "/api/v1/pages", json=body, headers=deal.staff[0].headers)
    assert answer.status_code == 201, answer.text
    deal.slug = answer.json()["slug"]
