"""The coming two weeks of a page's form, saved or not, and why a time is free or missing (H2, X11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.rendering import language_for
from services.gateway.pages.scheduling_sheets import body_of
from services.gateway.pages.texts import text
from services.gateway.pages.typed import whole_number
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.schemas.page_times import PageExplanation
from shared import clock
from shared.contracts.api.page_times import HostedTime, PageTimes
from shared.contracts.api.pages import PageView
from shared.problem import Language

DAYS = 14
_OFFICE = (9 * 60, 18 * 60)
_DISPLAYED = 30
"""Times that are missing are shown no denser than this, in minutes."""


@dataclass(frozen=True)
class Chip:
    """``at`` asks why; free ones are booked then."""

    at: str
    clock: str
    free: bool


@dataclass(frozen=True)
class PreviewDay:
    name: str
    free: int
    chips: Sequence[Chip]


@dataclass(frozen=True)
class Preview:
    """``why`` explains the time that was asked about, ``when`` names it; ``problem`` is why nothing is shown."""

    days: Sequence[PreviewDay] = ()
    count: int = 0
    zone: str = ""
    duration: int = 0
    durations: Sequence[int] = ()
    problem: str = ""
    asked_at: str = ""
    when: str = ""
    why: PageExplanation | None = None
    who: Sequence[str] = field(default_factory=tuple)
    troubles: Sequence[str] = ()


async def preview_of(
    request: Request, signed_in: SignedIn, typed: Mapping[str, str], page: PageView | None, asked: Mapping[str, str]
) -> Preview:
    """By what was typed, also where it is not saved; ``asked`` has ``explain`` (a time), ``explain_at`` and
    ``preview_duration``. A page that the reader may not change is shown as it is.
    """
    language, parts = language_for(request), parts_of(request)
    body, mistakes = body_of(typed, language, new=page is None)
    if mistakes:
        return _wrong(next(iter(mistakes.values())), language)
    durations = [length for length in body["durations"] if length]
    chosen = whole_number(asked.get("preview_duration", ""), digits=5) or 0
    duration = chosen if chosen in durations else durations[0]
    at = _asked_at(asked, body["time_zone"] or signed_in.organization.time_zone)
    wanted: dict[str, Any] = {"duration": duration, "page": {**body, "title": body["title"] or "-"}}
    wanted |= ({"page_id": page.id} if page else {}) | ({"at": at.isoformat()} if at else {})
    try:
        if page is not None and not changeable(page):
            found = await _saved(request, signed_in, page, duration, at)
        else:
            found = await parts.backends.booking.preview_page(signed_in.caller(), wanted)
    except BackendProblem as problem:
        if problem.status >= 500:
            return Preview(problem=text(language, "scheduling.preview_off"))
        told = problem.errors[0]["detail"] if problem.errors else problem.detail
        return _wrong(told, language)
    shown = preview_days(found.slots, found.time_zone, _step(body["step"]), clock.now(), language)
    why = await parts.explain_page(signed_in.caller(), signed_in.zone, found.why) if found.why else None
    names = {host.staff_id: host.name for host in why.hosts} if why else {}
    return Preview(
        days=shown,
        count=len(found.slots),
        zone=times.zone_label(found.time_zone, clock.now(), language),
        duration=duration,
        durations=durations,
        asked_at=_wall(at, found.time_zone) if at else "",
        when=times.span(why.start, why.end, found.time_zone, language) if why else "",
        why=why,
        who=_who(why, names, typed["assignment"] == "round_robin") if why else (),
    )


def changeable(page: PageView | None) -> bool:
    """By the reader; None is a new one."""
    return page is None or (page.can_change and not page.deleted)


def preview_days(
    slots: Sequence[HostedTime], zone: str, step: int, now: datetime, language: Language
) -> list[PreviewDay]:
    """Free times all, and between them those that are missing."""
    local = ZoneInfo(zone)
    free = {slot.start.astimezone(local): slot for slot in slots}
    minutes = [at.hour * 60 + at.minute for at in free]
    low, high = min([_OFFICE[0], *minutes]), max([_OFFICE[1] - step, *minutes])
    today = now.astimezone(local).date()
    found = []
    for day in (today + timedelta(days=number) for number in range(DAYS + 1)):
        starts = {at: True for at in free if at.date() == day}
        for minute in range(low - low % step, high + 1, step):
            at = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=local)
            shown = step >= _DISPLAYED or minute % _DISPLAYED == 0
            if at > now and at not in starts and shown:
                starts[at] = False
        chips = [Chip(at.isoformat(), f"{at:%H:%M}", is_free) for at, is_free in sorted(starts.items())]
        if chips:
            found.append(PreviewDay(times.day(day, language), sum(chip.free for chip in chips), chips))
    return found[:DAYS]


async def _saved(
    request: Request, signed_in: SignedIn, page: PageView, duration: int, at: datetime | None
) -> PageTimes:
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    found = await booking.page_times(caller, page.id, {"duration": str(duration)})
    if at is None:
        return found
    query = {"at": at.isoformat(), "duration": str(duration)}
    return found.model_copy(update={"why": await booking.why_missing(caller, page.id, query)})


def _who(why: PageExplanation, names: Mapping[str, str], fair: bool) -> list[str]:
    attending = why.host_ids[:1] if fair else why.host_ids
    return [names.get(one, one) for one in attending]


def _asked_at(asked: Mapping[str, str], zone: str) -> datetime | None:
    """From a time that was pressed, else from the field in the page's zone."""
    typed = asked.get("explain", "")
    typed = asked.get("explain_at", "") if typed == "typed" else typed
    try:
        at = datetime.fromisoformat(typed)
        placed = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(times.zone_or(zone, "UTC")))
        return placed if 2000 <= placed.astimezone(ZoneInfo("UTC")).year < 2200 else None
    except (ValueError, OverflowError):
        return None


def _wall(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def _step(step: int) -> int:
    return step if 5 <= step <= 1440 else _DISPLAYED


def _wrong(detail: str, language: Language) -> Preview:
    return Preview(problem=f"{text(language, 'scheduling.preview_wrong')} {detail}")
