"""Calendars of several staff in the API."""

from datetime import datetime
from enum import StrEnum

from services.gateway.providers.answers import Freshness
from shared.contracts.api.fields import View


class SpanKind(StrEnum):
    """``busy`` and ``tentative`` stand in the calendar itself, ``hold`` and ``appointment`` are Chosei's."""

    BUSY = "busy"
    TENTATIVE = "tentative"
    HOLD = "hold"
    APPOINTMENT = "appointment"


class CalendarSpan(View):
    """Time that is taken, half-open."""

    start: datetime
    end: datetime
    kind: SpanKind


class StaffCalendar(View):
    """One staff member's. ``as_of`` is when the calendar was last read completely."""

    staff_id: str
    status: Freshness
    as_of: datetime | None
    busy: list[CalendarSpan]


class CalendarView(View):
    """In the order asked for."""

    items: list[StaffCalendar]
