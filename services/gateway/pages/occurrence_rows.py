"""Occurrences of a recurring appointment as staff read them (E6): which one is meant, and the list of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from shared import clock
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.occurrences import OccurrenceList, OccurrenceStatus, OccurrenceView
from shared.problem import Language
from shared.recurrence import BadRule
from shared.recurrence_words import rule_in_words


@dataclass(frozen=True)
class OccurrenceRow:
    """``phase`` is ``over``, ``now``, ``next``, ``later`` or ``canceled``; ``was`` is when the rule had it, where
    it was moved; ``url`` leads to its page, where it can still be changed.
    """

    number: int
    when: str
    was: str
    phase: str
    url: str


@dataclass(frozen=True)
class Series:
    """What a page shows of it; ``over`` are those that nobody waits for any more."""

    rule: str
    next_when: str
    over: list[OccurrenceRow]
    ahead: list[OccurrenceRow]


def shown_times(appointment: AppointmentView) -> tuple[datetime, datetime]:
    """Of a series in a list by time those of the occurrence that falls into it."""
    shown = appointment.occurrence or appointment
    return shown.start, shown.end


def rule_of(appointment: AppointmentView, language: Language) -> str:
    """Times and days are those of the organization's zone; empty where it does not recur."""
    if not appointment.rrule:
        return ""
    zone = ZoneInfo(appointment.time_zone)
    span = (appointment.start, appointment.end)
    try:
        return rule_in_words(
            appointment.rrule, *span, appointment.time_zone, zone, language, all_day=appointment.all_day
        )
    except BadRule:
        return appointment.rrule


async def occurrences_of(request: Request, signed_in: SignedIn, appointment: AppointmentView) -> Series | None:
    """None for what does not recur."""
    if not appointment.rrule:
        return None
    reply = await parts_of(request).backends.booking.occurrences(signed_in.caller(), appointment.id)
    return series_of(appointment, reply.read(OccurrenceList).items, clock.now(), signed_in.zone, language_for(request))


def series_of(
    appointment: AppointmentView, occurrences: Sequence[OccurrenceView], now: datetime, zone: str, language: Language
) -> Series:
    """Pure. In the order of the rule."""
    ahead = [one for one in occurrences if one.end > now and one.status is OccurrenceStatus.CONFIRMED]
    following = min((one.start for one in ahead if one.start > now), default=None)
    rows = [_row(number, one, appointment, now, following, zone, language) for number, one in enumerate(occurrences, 1)]
    rule = rule_of(appointment, language)
    if zone != appointment.time_zone and not appointment.all_day:
        rule = text(language, "occurrences.rule_in", rule=rule, zone=times.zone_city(appointment.time_zone, language))
    return Series(
        rule=rule,
        next_when=next((row.when for row in rows if row.phase in ("now", "next")), ""),
        over=[row for row, one in zip(rows, occurrences, strict=True) if one.end <= now],
        ahead=[row for row, one in zip(rows, occurrences, strict=True) if one.end > now],
    )


def _row(
    number: int,
    one: OccurrenceView,
    appointment: AppointmentView,
    now: datetime,
    following: datetime | None,
    zone: str,
    language: Language,
) -> OccurrenceRow:
    was = times.moment(one.original_start, zone, language) if one.moved else ""
    if one.moved and appointment.all_day:
        was = times.day(one.original_start.astimezone(ZoneInfo(appointment.time_zone)).date(), language)
    return OccurrenceRow(
        number=number,
        when=when_of(one, appointment, zone, language),
        was=text(language, "occurrences.was", at=was) if was else "",
        phase=_phase(one, now, following),
        url=f"/appointments/{appointment.id}/occurrences/{mark_of(one)}" if one.can_change else "",
    )


def when_of(one: OccurrenceView, appointment: AppointmentView, zone: str, language: Language) -> str:
    if appointment.all_day:
        return times.days(one.start, one.end, appointment.time_zone, language)
    return times.span(one.start, one.end, zone, language)


def mark_of(one: OccurrenceView) -> str:
    """How addresses name it: when the rule has it begin."""
    return f"{one.original_start.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _phase(one: OccurrenceView, now: datetime, following: datetime | None) -> str:
    if one.status is OccurrenceStatus.CANCELED:
        return "canceled"
    if one.end <= now:
        return "over"
    if one.start <= now:
        return "now"
    return "next" if one.start == following else "later"
