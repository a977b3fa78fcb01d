"""今日: the appointments of this day in the reader's zone by time, and what is next (R28, H16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.guest_names import heading_of, title_beside
from services.gateway.pages.occurrence_rows import shown_times
from services.gateway.pages.reader import Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.requests import is_request
from services.gateway.pages.room_data import staff_kind_word
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from shared import clock
from shared.contracts.api.appointments import AppointmentList, AppointmentStatus, AppointmentView
from shared.problem import Language

router = APIRouter()
_PAGE_SIZE = 100


@dataclass(frozen=True)
class Line:
    """``phase`` is ``over``, ``now``, ``next`` or ``later``; ``state`` says it in words, where there is need."""

    appointment: AppointmentView
    hours: str
    heading: str
    title: str
    kind: str
    phase: str
    state: str
    joinable: bool


@router.get("/today")
async def show(request: Request, signed_in: Session) -> Response:
    language, zone, now = language_for(request), signed_in.zone, clock.now()
    mine = request.query_params.get("who") == "me"
    day = now.astimezone(ZoneInfo(zone)).date()
    begins, ends = (datetime.combine(one, time(), ZoneInfo(zone)) for one in (day, day + timedelta(days=1)))
    asked = {"from": begins.isoformat(), "to": ends.isoformat(), "limit": str(_PAGE_SIZE)}
    if cursor := request.query_params.get("cursor"):
        asked["cursor"] = cursor
    listed = await _confirmed(request, signed_in, asked, mine)
    waiting = await _requests(request, signed_in, mine)
    lines = lines_of(each_time(listed.items), now, zone, language)
    to_come = any(line.phase in ("now", "next", "later") for line in lines) or listed.next_cursor is not None
    return staff_page(
        request,
        signed_in,
        "staff/today.html",
        {
            "day": times.day(day, language),
            "lines": lines,
            "mine": mine,
            "requests": text(language, "today.requests", n=waiting) if waiting else "",
            "requests_url": "/appointments?period=requests" + (f"&staff_id={signed_in.staff.id}" if mine else ""),
            "counted": text(language, "today.count", n=len(lines)) if lines and not listed.next_cursor else "",
            "after_today": None if to_come else await _first_after(request, signed_in, ends, mine),
            "more": listed.next_cursor or "",
            "first": bool(cursor),
            "zone_label": times.zone_label(zone, now, language),
        },
    )


async def _requests(request: Request, signed_in: SignedIn, mine: bool) -> int:
    """How many wait for staff (H4); counting stops at a hundred."""
    who = {"staff_id": signed_in.staff.id} if mine else {}
    query = {"status": AppointmentStatus.REQUESTED, "troubled": "true", "limit": str(_PAGE_SIZE)} | who
    found = (await parts_of(request).backends.booking.appointments(signed_in.caller(), query)).read(AppointmentList)
    return len([one for one in found.items if is_request(one)])


async def _confirmed(request: Request, signed_in: SignedIn, asked: dict[str, str], mine: bool) -> AppointmentList:
    who = {"staff_id": signed_in.staff.id} if mine else {}
    query = asked | {"status": AppointmentStatus.CONFIRMED} | who
    return (await parts_of(request).backends.booking.appointments(signed_in.caller(), query)).read(AppointmentList)


async def _first_after(request: Request, signed_in: SignedIn, at: datetime, mine: bool) -> dict[str, object] | None:
    """Of the coming days."""
    found = await _confirmed(request, signed_in, {"from": at.isoformat(), "limit": str(_PAGE_SIZE)}, mine)
    ahead = [one for one in found.items if shown_times(one)[0] >= at]
    if not ahead:
        return None
    later = min(ahead, key=shown_times)
    start, end = shown_times(later)
    return {"appointment": later, "start": start, "end": end, "heading": heading_of(later, language_for(request))}


def each_time(appointments: Sequence[AppointmentView]) -> list[AppointmentView]:
    """A series as often as it takes place on this day: a night's meeting may end and begin on one."""
    found: list[AppointmentView] = []
    for item in appointments:
        found += [item.model_copy(update={"occurrence": one}) for one in item.occurrences] or [item]
    return found


def lines_of(appointments: Sequence[AppointmentView], now: datetime, zone: str, language: Language) -> list[Line]:
    """The first that has not begun is the next one; of a series that is the occurrence of this day."""
    ordered = sorted(appointments, key=shown_times)
    following = min((start for start, _ in map(shown_times, ordered) if start > now), default=None)
    lines = []
    for one in ordered:
        heading, (start, end) = heading_of(one, language), shown_times(one)
        phase = _phase(start, end, now, following)
        lines.append(
            Line(
                appointment=one,
                hours=_hours(one, zone, language),
                heading=heading,
                title="" if one.hidden else title_beside(one.title, heading),
                kind=staff_kind_word(one.kind, language),
                phase=phase,
                state=_state(phase, start - now, language),
                joinable=one.meeting.join_url is not None and phase != "over",
            )
        )
    return lines


def _hours(one: AppointmentView, zone: str, language: Language) -> str:
    start, end = shown_times(one)
    if not one.all_day:
        return times.clock_span(start, end, zone, language)
    if end - start < timedelta(hours=26):
        return text(language, "today.all_day")
    return times.days(start, end, one.time_zone, language)


def _phase(start: datetime, end: datetime, now: datetime, following: datetime | None) -> str:
    if end <= now:
        return "over"
    if start <= now:
        return "now"
    return "next" if start == following else "later"


def _state(phase: str, until: timedelta, language: Language) -> str:
    if phase == "later":
        return ""
    if phase != "next":
        return text(language, f"today.{phase}")
    minutes = -(-until // timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return text(language, "today.in_minutes", n=minutes)
    return text(language, "today.in_hours_minutes" if rest else "today.in_hours", hours=hours, minutes=rest)
