"""Changes to a recurring appointment (E6): of one occurrence, and of the whole while it has not begun."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.booking.model.appointment import Appointment
from services.booking.model.spans import Span
from shared.contracts.booking import Occurrence, Series
from shared.recurrence import all_occurrences, checked, occurrences, parse
from shared.wording import Language
from shared.wording import span as span_in_words


class OccurrenceFault(StrEnum):
    """Why one occurrence cannot be changed so."""

    OVER = "over"
    CANCELED = "canceled"
    OUT_OF_ORDER = "out_of_order"


class RefusedOccurrence(Exception):
    """A change of one occurrence that cannot be had."""

    def __init__(self, fault: OccurrenceFault) -> None:
        super().__init__(f"change of an occurrence refused: {fault}")
        self.fault = fault


def every_occurrence(of: Appointment) -> list[Occurrence]:
    """In the order of the rule, cancelled ones too; none of what is no series."""
    if of.series is None:
        return []
    return all_occurrences(of.start_at, of.end_at, of.time_zone, of.series, all_day=of.all_day)


def occurrence_named(of: Appointment, original_start_at: datetime) -> Occurrence | None:
    """By when the rule has it begin."""
    return next((one for one in every_occurrence(of) if one.original_start_at == original_start_at), None)


def named(of: Appointment, occurrence: Occurrence) -> Occurrence:
    """As it stands in ``of``."""
    return occurrence_named(of, occurrence.original_start_at) or occurrence


def with_moved(before: Appointment, occurrence: Occurrence, span: Span, now: datetime) -> Appointment:
    """It stays between its neighbours' days, as Outlook demands of all. Raises ``RefusedOccurrence``."""
    if occurrence.canceled:
        raise RefusedOccurrence(OccurrenceFault.CANCELED)
    if occurrence.start_at <= now:
        raise RefusedOccurrence(OccurrenceFault.OVER)
    zone = ZoneInfo(before.time_zone)
    first, last = span.start_at.astimezone(zone).date(), (span.end_at - timedelta(minutes=1)).astimezone(zone).date()
    for one in before.occurrences:
        if one.original_start_at == occurrence.original_start_at:
            continue
        day = one.start_at.astimezone(zone).date()
        earlier = one.original_start_at < occurrence.original_start_at
        if day >= first if earlier else day <= last:
            raise RefusedOccurrence(OccurrenceFault.OUT_OF_ORDER)
    moved = occurrence.model_copy(update={"start_at": span.start_at, "end_at": span.end_at})
    return _with(before, moved)


def with_canceled(before: Appointment, occurrence: Occurrence, now: datetime) -> Appointment:
    """Its time stays known, so that both sides can be told of it. Raises ``RefusedOccurrence``."""
    if occurrence.end_at <= now:
        raise RefusedOccurrence(OccurrenceFault.OVER)
    return _with(before, occurrence.model_copy(update={"canceled": True}))


def with_whole_moved(before: Appointment, after: Appointment) -> Appointment:
    """``after`` has another start or end: the rule's days move along. What was cancelled stays cancelled, what was
    moved stays where it was put, each counted from the first. Raises ``BadRule``.
    """
    if before.series is None or before.span == after.span:
        return after
    zone = ZoneInfo(before.time_zone)
    days = [at.astimezone(zone).date() for at in (before.start_at, after.start_at)]
    rule = str(parse(before.series.rrule, before.time_zone, all_day=before.all_day).moved(*days))
    rrule = checked(rule, after.start_at, after.end_at, after.time_zone, all_day=after.all_day)
    changed = {one.original_start_at: one for one in before.series.changed}
    anew = all_occurrences(after.start_at, after.end_at, after.time_zone, Series(rrule=rrule), all_day=after.all_day)
    kept = []
    for was, fresh in zip(every_occurrence(before), anew, strict=False):
        if (known := changed.get(was.original_start_at)) is None:
            continue
        gone = {"start_at": fresh.start_at, "end_at": fresh.end_at} if known.canceled else {}
        kept.append(known.model_copy(update={"original_start_at": fresh.original_start_at, **gone}))
    return after.model_copy(update={"series": Series(rrule=rrule, changed=tuple(kept))})


def with_another_rule(of: Appointment, text: str) -> Appointment:
    """What was changed of it stays where the new rule has it begin too. Raises ``BadRule``."""
    rrule = checked(text, of.start_at, of.end_at, of.time_zone, all_day=of.all_day)
    plain = of.model_copy(update={"series": Series(rrule=rrule)})
    begins = {one.original_start_at for one in every_occurrence(plain)}
    known = of.series.changed if of.series else ()
    kept = tuple(one for one in known if one.original_start_at in begins)
    return of.model_copy(update={"series": Series(rrule=rrule, changed=kept)})


def named_in_errors(of: Appointment, span: Span, language: Language) -> tuple[str, str]:
    """Where an error about this time points, and the time in words where it is one of several."""
    for index, one in enumerate(every_occurrence(of)):
        if (one.start_at, one.end_at, one.canceled) == (span.start_at, span.end_at, False):
            zone = ZoneInfo(of.time_zone)
            return f"/occurrences/{index}/start", span_in_words(one.start_at, one.end_at, zone, language)
    return "/start", ""


def _with(before: Appointment, changed: Occurrence) -> Appointment:
    series = before.series
    if series is None:
        return before
    kept = [one for one in series.changed if one.original_start_at != changed.original_start_at]
    plain = _plain(before, changed.original_start_at)
    both = [*kept, *([] if changed == plain else [changed])]
    ordered = tuple(sorted(both, key=lambda one: one.original_start_at))
    return before.model_copy(update={"series": series.model_copy(update={"changed": ordered})})


def _plain(of: Appointment, original_start_at: datetime) -> Occurrence | None:
    """As the rule has it."""
    rule = Series(rrule=of.series.rrule) if of.series else None
    every = occurrences(of.start_at, of.end_at, of.time_zone, rule, all_day=of.all_day)
    return next((one for one in every if one.original_start_at == original_start_at), None)


def series_of(text: str, span: Span, time_zone: str, *, all_day: bool) -> Series:
    """Of an appointment that begins with ``span``. Raises ``BadRule``."""
    return Series(rrule=checked(text, span.start_at, span.end_at, time_zone, all_day=all_day))
