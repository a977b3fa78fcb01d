"""What is taken in people's calendars: the mirror of what stands in them, and the claims of Chosei itself (R6)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.gateway.providers.answers import Freshness, StaffBusy
from services.gateway.providers.backends import Backends
from services.gateway.schemas.calendar import CalendarSpan, CalendarView, SpanKind, StaffCalendar
from services.gateway.store.staff import StaffStore
from shared.internal import Caller
from shared.problem import Problem


class UnknownStaff(Problem):
    """Somebody asked for is not in the caller's organization."""

    code, status, pointer = "unknown_staff", 422, "?staff_ids"
    ja = "指定された社員が見つかりません。"
    en = "A staff member asked for was not found."


class ReadCalendar:
    """Calls no provider (G25). Raises ``UnknownStaff``, ``BackendProblem``."""

    def __init__(self, backends: Backends, staff: StaffStore) -> None:
        self._backends = backends
        self._staff = staff

    async def __call__(self, caller: Caller, staff_ids: Sequence[str], start: datetime, end: datetime) -> CalendarView:
        if await self._staff.known_among(caller.organization_id, staff_ids) != set(staff_ids):
            raise UnknownStaff()
        mirror, claims = await asyncio.gather(
            self._backends.calendar_sync.busy(caller, staff_ids, start, end),
            self._backends.booking.claims(caller, staff_ids, start, end),
        )
        busy = {item.staff_id: item for item in mirror.items}
        taken = {item.staff_id: item.spans for item in claims.items}
        items = []
        for staff_id in staff_ids:
            known = busy.get(staff_id) or StaffBusy(staff_id=staff_id, status=Freshness.NOT_CONNECTED)
            spans = [
                CalendarSpan(start=span.start, end=span.end, kind=SpanKind(span.kind.value))
                for span in (*known.busy, *taken.get(staff_id, ()))
            ]
            spans.sort(key=lambda span: (span.start, span.end))
            items.append(StaffCalendar(staff_id=staff_id, status=known.status, as_of=known.as_of, busy=spans))
        return CalendarView(items=items)
