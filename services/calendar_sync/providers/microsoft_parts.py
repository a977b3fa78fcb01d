"""A rule that Graph has no pattern for, several days of the month, as several series: one for each day (E6).

They are one entry to everybody else. Where two days fall on one, the first series has it, and the other's own is
deleted like what its pattern has beyond the rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.calendar_sync.model.entries import EntryDraft, part_marker
from services.calendar_sync.model.series import DraftOccurrence, DraftSeries
from shared.drift import EntryState, OccurrenceState, text_digest, title_digest
from shared.recurrence import Frequency, Rule, instant, parse


def parts_of(draft: EntryDraft) -> list[EntryDraft]:
    """By their begin; what has a pattern is its only one. One of which every occurrence was cancelled is left out:
    Graph keeps no empty series.
    """
    if draft.series is None:
        return [draft]
    rule = parse(draft.series.rrule, draft.time_zone, all_day=draft.all_day)
    days = list(_single_days(rule))
    if len(days) <= 1:
        return [draft]
    zone = ZoneInfo(draft.time_zone)
    found: dict[Rule, list[DraftOccurrence]] = {}
    for one in draft.series.occurrences:
        on = one.original_at.astimezone(zone).date()
        found.setdefault(next((day for day in days if _falls_on(day, on)), days[0]), []).append(one)
    standing = [(rule, those) for rule, those in found.items() if any(not one.canceled for one in those)]
    parts = sorted(standing or list(found.items())[:1], key=lambda part: part[1][0].original_at)
    return [_part(draft, number, *part) for number, part in enumerate(parts)]


def _single_days(rule: Rule) -> Iterator[Rule]:
    if rule.frequency is Frequency.MONTHLY:
        yield from (replace(rule, month_days=(day,)) for day in rule.month_days)
        yield from (replace(rule, days=(day,)) for day in rule.days)


def _falls_on(rule: Rule, on: date) -> bool:
    """Of a rule with one day."""
    is_last = (on + timedelta(days=1)).day == 1
    if rule.month_days:
        return rule.month_days[0] == on.day or (rule.month_days[0] == -1 and is_last)
    [day] = rule.days
    in_last_week = (on + timedelta(days=7)).month != on.month
    position = -1 if day.position == -1 and in_last_week else (on.day - 1) // 7 + 1
    return (day.weekday, day.position) == (on.weekday(), position)


def _part(draft: EntryDraft, number: int, rule: Rule, occurrences: Sequence[DraftOccurrence]) -> EntryDraft:
    start_at = occurrences[0].original_at
    return replace(
        draft,
        marker=part_marker(draft.marker, number),
        start_at=start_at,
        end_at=_shifted(draft, draft.end_at, draft.start_at, start_at),
        series=DraftSeries(str(rule), tuple(occurrences)),
    )


def _shifted(draft: EntryDraft, at: datetime, before: datetime, after: datetime) -> datetime:
    """``at`` as far after ``after`` as it is after ``before``: a length is exact, one of whole days nominal."""
    if not draft.all_day:
        return after + (at - before)
    return _by_wall_clock(draft, at, before, after)


def _by_wall_clock(draft: EntryDraft, at: datetime, before: datetime, after: datetime) -> datetime:
    zone = ZoneInfo(draft.time_zone)
    local, from_local, to_local = (one.astimezone(zone).replace(tzinfo=None) for one in (at, before, after))
    return instant(local + (to_local - from_local), zone)


def state_of_all(
    draft: EntryDraft, parts: Sequence[EntryDraft], found: Sequence[EntryState | None]
) -> EntryState | None:
    """How the whole stands: what became of one series became of its occurrences. None where none is left."""
    left = [one for one in found if one is not None]
    if not left:
        return None
    told = [state for part, one in zip(parts, found, strict=False) for state in _occurrences(part, one)]
    titles = [one.title for one in left if one.title is not None]
    texts = [one.description for one in left if one.description is not None]
    other_titles = (one for one in titles if title_digest(one) != title_digest(draft.title))
    other_texts = (one for one in texts if text_digest(one) != text_digest(draft.description))
    return EntryState(
        draft.start_at,
        draft.end_at,
        next(other_titles, next(iter(titles), None)),
        tuple(told),
        next(other_texts, next(iter(texts), None)),
    )


def _occurrences(part: EntryDraft, found: EntryState | None) -> Sequence[OccurrenceState]:
    live = part.series.live if part.series else ()
    if found is None:
        return [OccurrenceState(one.original_at, None, None) for one in live]
    if found.start_at is None or found.end_at is None or (found.start_at, found.end_at) == (part.start_at, part.end_at):
        return found.occurrences
    length = found.end_at - found.start_at
    starts = {one.original_at: _by_wall_clock(part, one.original_at, part.start_at, found.start_at) for one in live}
    return [OccurrenceState(original, start, start + length) for original, start in starts.items()]
