"""The look of G4: calendar_sync's answer about the exact span, within a budget. The only call on the way of a
confirmation.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from httpx import AsyncClient

from services.booking.model.spans import Span
from shared.http import HTTPError
from shared.observability.errors import brief

log = structlog.get_logger(__name__)
_BEYOND_BUDGET = timedelta(milliseconds=300)
"""calendar_sync keeps the budget itself; its answer needs a moment to come back."""


class LookStatus(StrEnum):
    """calendar_sync's words."""

    READ = "read"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True)
class BusyEntry:
    """``entry`` is an opaque, stable key."""

    entry: str
    span: Span


@dataclass(frozen=True)
class Looked:
    """What one calendar answered."""

    status: LookStatus
    busy: tuple[BusyEntry, ...] = ()


UNREADABLE = Looked(LookStatus.UNREADABLE)


class CalendarLook:
    """Never raises for a calendar that cannot be read, nor when calendar_sync does not answer: that is unreadable."""

    def __init__(self, client: AsyncClient, *, budget: timedelta, max_age: timedelta) -> None:
        self._client = client
        self._budget = budget
        self._max_age = max_age

    async def __call__(self, organization_id: str, staff_ids: Sequence[str], span: Span) -> Mapping[str, Looked]:
        body = {
            "staff_ids": list(staff_ids),
            "start": span.start_at.isoformat(),
            "end": span.end_at.isoformat(),
            "max_age_s": int(self._max_age.total_seconds()),
            "budget_s": self._budget.total_seconds(),
        }
        found: dict[str, Looked] = dict.fromkeys(staff_ids, UNREADABLE)
        try:
            async with asyncio.timeout((self._budget + _BEYOND_BUDGET).total_seconds()):
                answer = await self._client.post(
                    "/internal/look", json=body, headers={"x-organization-id": organization_id}
                )
            answer.raise_for_status()
            for item in answer.json()["items"]:
                found[item["staff_id"]] = _looked(item)
        except (HTTPError, TimeoutError, KeyError, ValueError) as error:
            log.warning("calendar.not_looked_at", error=brief(error))
        return found


def _looked(item: Mapping[str, object]) -> Looked:
    status = LookStatus(str(item["status"]))
    busy = item.get("busy") or []
    assert isinstance(busy, list)
    return Looked(
        status,
        tuple(
            BusyEntry(
                str(entry["entry"]),
                Span(datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"])),
            )
            for entry in busy
        ),
    )
