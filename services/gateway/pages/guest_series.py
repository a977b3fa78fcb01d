"""A recurring appointment as the guest reads it (E6): the rule in words, and what is to come. Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.gateway.pages import times
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.occurrences import GuestOccurrenceView, OccurrenceStatus
from shared.problem import Language
from shared.recurrence_words import rule_in_words

_SHOWN = 12
"""Coming occurrences that stand open; what follows is folded."""


@dataclass(frozen=True)
class GuestOccurrence:
    when: str
    was: str
    canceled: bool


@dataclass(frozen=True)
class GuestSeries:
    """``rule`` is in the organization's zone, the occurrences in the reader's."""

    rule: str
    ahead: list[GuestOccurrence]
    later: list[GuestOccurrence]


def spans_of(appointment: GuestAppointmentView) -> list[tuple[datetime, datetime]]:
    """When it takes place; once where it does not recur."""
    if not appointment.rrule:
        return [(appointment.start, appointment.end)]
    live = [one for one in appointment.occurrences if one.status is OccurrenceStatus.CONFIRMED]
    return sorted((one.start, one.end) for one in live) or [(appointment.start, appointment.end)]


def next_of(appointment: GuestAppointmentView, now: datetime) -> tuple[datetime, datetime]:
    """The one that is to come or under way, else the last."""
    spans = spans_of(appointment)
    return next((span for span in spans if span[1] > now), spans[-1])


def guest_series(appointment: GuestAppointmentView, zone: str, now: datetime, language: Language) -> GuestSeries | None:
    if not appointment.rrule:
        return None
    office = ZoneInfo(appointment.time_zone)
    rule = rule_in_words(
        appointment.rrule,
        appointment.start,
        appointment.end,
        appointment.time_zone,
        office,
        language,
        all_day=appointment.all_day,
    )
    if zone != appointment.time_zone and not appointment.all_day:
        rule = text(language, "occurrences.rule_in", rule=rule, zone=times.zone_city(appointment.time_zone, language))
    rows = [_row(one, appointment, zone, language) for one in appointment.occurrences if one.end > now]
    return GuestSeries(rule, rows[:_SHOWN], rows[_SHOWN:])


def _row(one: GuestOccurrenceView, appointment: GuestAppointmentView, zone: str, language: Language) -> GuestOccurrence:
    if appointment.all_day:
        when = times.days(one.start, one.end, appointment.time_zone, language)
        was = times.day(one.original_start.astimezone(ZoneInfo(appointment.time_zone)).date(), language)
    else:
        when = times.span(one.start, one.end, zone, language)
        was = times.moment(one.original_start, zone, language)
    moved = text(language, "occurrences.was", at=was) if one.moved else ""
    return GuestOccurrence(when, moved, one.status is OccurrenceStatus.CANCELED)
