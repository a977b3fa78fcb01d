"""Recurring entries of ours at Microsoft: a rule as pattern and range, and the occurrences that differ from the draft.

Of the 29th to 31st Graph makes the last day where a month is too short, RFC 5545 nothing: such a pattern has more
occurrences than the rule, and what the rule does not know is deleted like one that was cancelled.
Changing pattern or times of a series undoes its exceptions, so that both go out only where they are others. An
occurrence that was deleted cannot be brought back otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.calendar_sync.model.entries import EntryDraft
from services.calendar_sync.model.series import DraftOccurrence
from services.calendar_sync.providers.zones import need_zone, wall_clock
from shared.drift import OccurrenceState
from shared.recurrence import Frequency, Rule, instant, parse

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_POSITIONS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_LONGEST_MONTH = 31
_TIMES = ("start", "end", "recurrence")
_KEPT = ("subject", "body", "location", "showAs", "sensitivity")


@dataclass(frozen=True)
class OccurrenceChange:
    """Without a ``body`` the occurrence is deleted."""

    event_id: str
    body: Mapping[str, Any] | None


@dataclass(frozen=True)
class Difference:
    """What is to be changed; ``lost`` where an occurrence is gone that is to stand."""

    changes: Sequence[OccurrenceChange]
    lost: bool


def recurrence_of(draft: EntryDraft) -> dict[str, Any]:
    """Of a rule with a pattern at Graph: not more than one day of a month."""
    assert draft.series is not None
    rule = parse(draft.series.rrule, draft.time_zone, all_day=draft.all_day)
    return {
        "pattern": _pattern(rule),
        "range": {
            "type": "numbered",
            "startDate": draft.start_at.astimezone(ZoneInfo(draft.time_zone)).date().isoformat(),
            "numberOfOccurrences": _length(rule, draft),
            "recurrenceTimeZone": draft.time_zone,
        },
    }


def _pattern(rule: Rule) -> dict[str, Any]:
    days = [_DAYS[day.weekday] for day in rule.days]
    if rule.frequency is Frequency.DAILY:
        return {"type": "daily", "interval": rule.interval}
    if rule.frequency is Frequency.WEEKLY:
        return {"type": "weekly", "interval": rule.interval, "daysOfWeek": days, "firstDayOfWeek": "monday"}
    if rule.days:
        index = _POSITIONS[rule.days[0].position or 1]
        return {"type": "relativeMonthly", "interval": rule.interval, "daysOfWeek": days, "index": index}
    day = rule.month_days[0] if rule.month_days[0] > 0 else _LONGEST_MONTH
    return {"type": "absoluteMonthly", "interval": rule.interval, "dayOfMonth": day}


def _length(rule: Rule, draft: EntryDraft) -> int:
    """Occurrences of the pattern up to the rule's last."""
    originals = [one.original_at for one in draft.series.occurrences] if draft.series else []
    if rule.frequency is not Frequency.MONTHLY:
        return len(originals)
    first, last = (at.astimezone(ZoneInfo(draft.time_zone)) for at in (min(originals), max(originals)))
    return ((last.year - first.year) * 12 + last.month - first.month) // rule.interval + 1


def without_known_times(body: Mapping[str, Any], known: Mapping[str, Any], draft: EntryDraft) -> dict[str, Any]:
    """A change of the series without what stands already."""
    wanted, stands = body["recurrence"], known.get("recurrence") or {}
    same = all(
        _within(wanted[part], stands.get(part) or {}, ignoring=("recurrenceTimeZone",)) for part in ("pattern", "range")
    )
    if same and _times(known, draft.time_zone) == (draft.start_at, draft.end_at):
        return {name: value for name, value in body.items() if name not in _TIMES}
    return dict(body)


def of_other_length(body: Mapping[str, Any]) -> dict[str, Any]:
    """A rule that differs for sure: told the one that stands, Graph may change nothing and keep the exceptions."""
    span = body["recurrence"]["range"]
    longer = {**span, "numberOfOccurrences": span["numberOfOccurrences"] + 1}
    return {"start": body["start"], "end": body["end"], "recurrence": {**body["recurrence"], "range": longer}}


def _within(wanted: Mapping[str, Any], stands: Mapping[str, Any], *, ignoring: Sequence[str]) -> bool:
    return all(stands.get(name) == value for name, value in wanted.items() if name not in ignoring)


def difference(
    draft: EntryDraft, body: Mapping[str, Any], master: Mapping[str, Any], found: Sequence[Mapping[str, Any]]
) -> Difference:
    """``body`` is what the series was written with, ``master`` what Graph answered. What goes goes first: Graph moves
    no occurrence past another one.
    """
    known = {_original(one): one for one in found}
    changes: list[OccurrenceChange] = []
    lost = False
    for wanted in draft.series.occurrences if draft.series else ():
        stands = known.pop(wanted.original_at, None)
        if stands is None:
            lost = lost or not wanted.canceled
        else:
            changes += _changes(wanted, stands, body, master, draft.time_zone)
    changes += [OccurrenceChange(str(one["id"]), None) for one in known.values()]
    return Difference(sorted(changes, key=lambda one: one.body is not None), lost)


def occurrence_states(
    draft: EntryDraft, master: Mapping[str, Any], found: Sequence[Mapping[str, Any]]
) -> tuple[OccurrenceState, ...]:
    """What Graph says of those that should take place. It does not list a deleted one; the master names its day, where
    it is asked to (``OID.MASTER.DAY``).
    """
    zone = ZoneInfo(draft.time_zone)
    known = {_original(one): _times(one, draft.time_zone) for one in found}
    deleted = {str(one).rpartition(".")[2] for one in master.get("cancelledOccurrences") or ()}
    states = []
    for wanted in draft.series.live if draft.series else ():
        start_at, end_at = known.get(wanted.original_at, (None, None))
        if start_at and end_at:
            states.append(OccurrenceState(wanted.original_at, start_at, end_at))
        elif wanted.original_at.astimezone(zone).date().isoformat() in deleted:
            states.append(OccurrenceState(wanted.original_at, None, None))
    return tuple(states)


def _changes(
    wanted: DraftOccurrence,
    stands: Mapping[str, Any],
    body: Mapping[str, Any],
    master: Mapping[str, Any],
    time_zone: str,
) -> Iterator[OccurrenceChange]:
    if wanted.canceled:
        yield OccurrenceChange(str(stands["id"]), None)
        return
    shown = all(_shown(stands, name) == _shown(master, name) for name in ("subject", "bodyPreview", "location"))
    if not shown or _times(stands, time_zone) != (wanted.start_at, wanted.end_at):
        times = {"start": _moment(wanted.start_at, time_zone), "end": _moment(wanted.end_at, time_zone)}
        yield OccurrenceChange(str(stands["id"]), {name: body[name] for name in _KEPT} | times)


def _shown(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name) or ""
    return str(value.get("displayName") or "") if isinstance(value, Mapping) else str(value)


def _original(event: Mapping[str, Any]) -> datetime | None:
    text = event.get("originalStart")
    return datetime.fromisoformat(str(text)[:19]).replace(tzinfo=UTC) if text else _at(event, "start", "UTC")


def _times(event: Mapping[str, Any], home: str) -> tuple[datetime | None, datetime | None]:
    return _at(event, "start", home), _at(event, "end", home)


def _at(event: Mapping[str, Any], side: str, home: str) -> datetime | None:
    """A day's midnight stands for the day in our zone, whichever the answer was asked in."""
    moment = event.get(side) or {}
    text = str(moment.get("dateTime") or "")
    if not text:
        return None
    if event.get("isAllDay") and "T00:00:00" in text:
        return instant(datetime.fromisoformat(text[:19]), ZoneInfo(home))
    return wall_clock(text, need_zone(str(moment.get("timeZone") or "UTC")))


def _moment(at: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": zone}
