"""Scheduling pages under measurement: made by staff, viewed and booked by guests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson

from tests.bench.load import in_flight
from tests.bench.system import System
from tests.chaos.people import Staff, persist

VIEWED_DAYS = 60
_TOKYO = ZoneInfo("Asia/Tokyo")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHT = ("00:00", "07:30")
"""When no proposal of the other figures stands."""
DAY = ("09:00", "17:00")


@dataclass(frozen=True)
class BenchPage:
    """``minutes`` is duration and step."""

    slug: str
    hours: tuple[str, str]
    minutes: int

    def start(self, number: int) -> datetime:
        """One after the other on different days, from the day after tomorrow on."""
        place, day = divmod(number, VIEWED_DAYS - 4)
        midnight = datetime.now(_TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
        opening = timedelta(hours=int(self.hours[0][:2]))
        return midnight + timedelta(days=2 + day, minutes=place * self.minutes) + opening


async def a_page(system: System, hosts: Sequence[Staff], hours: tuple[str, str], minutes: int) -> BenchPage:
    """All hosts attend, on every day of the week."""
    spans = [{"start": hours[0], "end": hours[1]}]
    body: dict[str, Any] = {
        "title": "計測",
        "hosts": [{"staff_id": host.staff_id, "hours": dict.fromkeys(_WEEK, spans)} for host in hosts],
        "durations": [minutes],
        "step": minutes,
        "horizon_days": VIEWED_DAYS,
        "holidays_off": False,
        "time_zone": "Asia/Tokyo",
    }
    async with httpx.AsyncClient(base_url=system.demo.gateway_url, timeout=60) as client:
        answer = await persist(client, "POST", "/api/v1/pages", json=body, headers=hosts[0].headers)
    assert answer.status_code == 201, answer.text
    return BenchPage(answer.json()["slug"], hours, minutes)


async def view(system: System, page: BenchPage) -> int:
    """Sixty days from now on; answers how many times were listed. No tag is sent, so that each is whole."""
    now = datetime.now(UTC).replace(microsecond=0)
    first, last = (at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in (now, now + timedelta(days=VIEWED_DAYS)))
    answer = await system.guests.get(f"/api/v1/guest/pages/{page.slug}/slots?from={first}&to={last}")
    assert answer.status == 200, f"{answer.status} {answer.body[:300]!r}"
    return answer.body.count(b'"start"')


async def book(system: System, page: BenchPage, number: int) -> str:
    body = {
        "start": page.start(number).isoformat(),
        "guest": {"name": "田中花子", "email": f"page{number:05}@customer.example"},
        "time_zone": "Asia/Tokyo",
        "locale": "ja",
    }
    answer = await system.guests.post(f"/api/v1/guest/pages/{page.slug}/bookings", orjson.dumps(body))
    assert answer.status == 201, f"{answer.status} {answer.body[:300]!r}"
    found: str = orjson.loads(answer.body)["id"]
    return found


async def book_many(system: System, page: BenchPage, numbers: range) -> list[str]:
    """Eight at once, and calm afterwards."""
    made = await in_flight(8, [lambda n=number: book(system, page, n) for number in numbers])
    await system.calm()
    return made
