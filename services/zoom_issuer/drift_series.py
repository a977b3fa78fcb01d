"""Drift of single occurrences (E6, E7): which of Zoom's are which of ours, and what of them stands otherwise; pure.

Zoom's name of an occurrence stays when it is moved. Where a name is not known, the start says whose it is, and the one
that is left over on both sides is the same one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.zoom_issuer.model import Actual
from services.zoom_issuer.model_series import (
    FoundOccurrence,
    OccurrenceName,
    OccurrenceWish,
    every_of,
    has_fixed_times,
    with_change,
)
from services.zoom_issuer.providers import FoundMeeting
from shared.contracts.booking import Occurrence
from shared.drift import EntryState, OccurrenceState

_MINUTE = timedelta(minutes=1)


def written(actual: Actual) -> list[Occurrence]:
    """All as they were written, cancelled ones too; none where Zoom holds no times."""
    if not actual.rrule or not has_fixed_times(actual.rrule, actual.time_zone):
        return []
    return every_of(actual.start_at, actual.minutes, actual.time_zone, actual.rrule, actual.changed)


def taking_place(actual: Actual) -> list[OccurrenceState]:
    return [
        OccurrenceState(one.original_start_at, one.start_at, one.end_at) for one in written(actual) if not one.canceled
    ]


def named(actual: Actual, found: Sequence[FoundOccurrence], now: datetime) -> dict[str, datetime]:
    """Of each that Zoom shows and that is known, by its name: when the rule has it begin."""
    names = {one["occurrence_id"]: one["original_start_at"] for one in actual.names}
    known = {one.occurrence_id: names[one.occurrence_id] for one in found if one.occurrence_id in names}
    free = {
        one.start_at: one.original_start_at
        for one in written(actual)
        if one.end_at > now and one.original_start_at not in known.values()
    }
    rest = []
    for one in found:
        if one.occurrence_id not in known and one.start_at in free:
            known[one.occurrence_id] = free.pop(one.start_at)
        elif one.occurrence_id not in known:
            rest.append(one)
    if len(rest) == len(free) == 1:
        known[rest[0].occurrence_id] = free.popitem()[1]
    return known


def with_names(actual: Actual, found: Sequence[FoundOccurrence], now: datetime) -> Actual:
    """Knowing them by Zoom's names from now on; those that it does not show any more are over."""
    names = [
        OccurrenceName(original_start_at=original, occurrence_id=name)
        for name, original in sorted(named(actual, found, now).items(), key=lambda item: item[1])
    ]
    return replace(actual, names=names)


def told_of_occurrences(actual: Actual, found: FoundMeeting, now: datetime) -> EntryState:
    """The state by our names: of those that take place and have not begun, where Zoom shows them."""
    names = named(actual, found.occurrences, now)
    coming = {one.original_start_at for one in written(actual) if not one.canceled and one.start_at > now}
    said = [
        _state(one, names[one.occurrence_id]) for one in found.occurrences if names.get(one.occurrence_id) in coming
    ]
    return replace(found.state, occurrences=tuple(sorted(said, key=lambda one: one.original_start_at)))


def with_recovered(actual: Actual, found: FoundMeeting, now: datetime) -> Actual:
    """As it stands where occurrences that we cancelled are there again: somebody recovered them at Zoom."""
    names = named(actual, found.occurrences, now)
    canceled = {one.original_start_at for one in written(actual) if one.canceled and one.end_at > now}
    changed = actual.changed
    for one in found.occurrences:
        original = names.get(one.occurrence_id)
        if original in canceled and not one.deleted:
            changed = with_change(
                changed,
                OccurrenceWish(original_start_at=original, start_at=one.start_at, minutes=one.minutes, canceled=False),
            )
    return replace(actual, changed=changed)


def changed_as_found(actual: Actual, found: EntryState) -> list[OccurrenceWish]:
    """What differs from the rule, where a person moved or deleted single occurrences."""
    changed = actual.changed
    stood = {one.original_start_at: one for one in written(actual)}
    for one in found.occurrences:
        was = stood.get(one.original_start_at)
        if was is None:
            continue
        start_at, end_at = one.start_at or was.start_at, one.end_at or was.end_at
        changed = with_change(
            changed,
            OccurrenceWish(
                original_start_at=one.original_start_at,
                start_at=start_at,
                minutes=(end_at - start_at) // _MINUTE,
                canceled=one.is_gone,
            ),
        )
    return changed


def _state(one: FoundOccurrence, original_start_at: datetime) -> OccurrenceState:
    if one.deleted:
        return OccurrenceState(original_start_at, None, None)
    return OccurrenceState(original_start_at, one.start_at, one.start_at + one.minutes * _MINUTE)
