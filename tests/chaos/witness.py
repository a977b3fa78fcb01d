"""Who looks at what a storm left: what guests and staff were told, and what anybody outside can see of it at providers
and the API.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

from tests.chaos.audit import Outside
from tests.chaos.people import Deal, Staff, persist
from tests.infrastructure.demo import RunningDemo

T = TypeVar("T")
_AT_ONCE = 8


@dataclass
class Witness:
    """What is asked, by whom; ``admin`` signed in."""

    demo: RunningDemo
    system: httpx.AsyncClient
    outside: Outside
    admin: Staff
    staff: Sequence[Staff]
    deals: Sequence[Deal]

    @property
    def standing(self) -> list[Deal]:
        return [deal for deal in self.deals if deal.stands]

    async def api(self, path: str, **query: str) -> Any:
        answer = await persist(self.system, "GET", path, headers=self.admin.headers, params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    async def all_appointments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        query = {"limit": "100"}
        while True:
            page = await self.api("/api/v1/appointments", **query)
            found += page["items"]
            if not page["next_cursor"]:
                return found
            query = {"limit": "100", "cursor": page["next_cursor"]}

    async def metrics(self, service: str) -> str:
        async with httpx.AsyncClient(timeout=30) as client:
            return (await client.get(f"{self.demo.layout.service_url(service)}/metrics")).text


async def each(deals: Sequence[Deal], ask: Callable[[Deal], Awaitable[T]]) -> list[T]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(deal: Deal) -> T:
        async with gate:
            return await ask(deal)

    return await asyncio.gather(*(one(deal) for deal in deals))


async def single_entries(witness: Witness, member: Staff) -> list[dict[str, Any]]:
    """All in this person's calendar, with the occurrences of series in the place of these."""
    entries = [one for one in await witness.outside.entries(member) if not _is_series(one)]
    return entries + await witness.outside.entries(member, "occurrences")


async def meeting_starts(witness: Witness) -> dict[str, list[datetime]]:
    """Of all their occurrences, by topic."""
    return {one["topic"]: _zoom_starts(one) for one in await witness.outside.items("/inspect/zoom/meetings")}


async def links(witness: Witness) -> dict[str, str]:
    return {one["topic"]: one["join_url"] for one in await witness.outside.items("/inspect/zoom/meetings")}


def told(deal: Deal) -> list[datetime]:
    return [start.astimezone(UTC) for start in deal.starts] if deal.stands else []


def _zoom_starts(meeting: dict[str, Any]) -> list[datetime]:
    moments = [one["start_time"] for one in meeting.get("occurrences") or ()] or [meeting["start_time"]]
    return sorted(datetime.fromisoformat(moment).astimezone(UTC) for moment in moments)


def _is_series(entry: dict[str, Any]) -> bool:
    return bool(entry.get("recurrence"))


def span(entry: dict[str, Any]) -> tuple[datetime, datetime]:
    start, end = (_moment(entry[side]) for side in ("start", "end"))
    return start, end


def _moment(side: dict[str, Any]) -> datetime:
    """Graph says its times apart from their zone, in UTC here."""
    at = datetime.fromisoformat(str(side["dateTime"])[:26])
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
