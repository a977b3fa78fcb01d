"""Occurrences of a recurring event of ours at Google: what differs from the draft, and how it is put right.

An instance is called ``{event}_{original start}``; patched or cancelled it is an exception. Whatever an earlier attempt
has done already needs no call, so that a repeat makes none (G10).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.calendar_sync.model.entries import EntryDraft
from services.calendar_sync.model.series import DraftOccurrence
from services.calendar_sync.providers.google_mapping import moment_of, to_state
from shared.drift import OccurrenceState

_SHOWN = ("summary", "description", "location")
_KEPT = (*_SHOWN, "status", "transparency", "visibility")


@dataclass(frozen=True)
class InstanceChange:
    """Without a ``body`` the instance is cancelled."""

    instance_id: str
    body: Mapping[str, Any] | None


def instance_changes(
    entry_id: str,
    draft: EntryDraft,
    whole: Mapping[str, Any],
    master: Mapping[str, Any],
    instances: Sequence[Mapping[str, Any]],
) -> Iterator[InstanceChange]:
    """``whole`` is the body that the series was written with, ``master`` what Google answered."""
    found = {str(one["id"]): one for one in instances}
    for occurrence in draft.series.occurrences if draft.series else ():
        instance_id = f"{entry_id}_{_stamp(occurrence.original_at, draft)}"
        instance = found.pop(instance_id, None)
        stands = instance is not None and instance.get("status") != "cancelled"
        if occurrence.canceled:
            if stands:
                yield InstanceChange(instance_id, None)
        elif instance is None or not stands or not _fits(occurrence, instance, master, draft):
            yield InstanceChange(instance_id, _body(occurrence, whole, draft))
    for instance_id, instance in found.items():
        if instance.get("status") != "cancelled":
            yield InstanceChange(instance_id, None)


def occurrence_states(
    entry_id: str, draft: EntryDraft, instances: Sequence[Mapping[str, Any]]
) -> tuple[OccurrenceState, ...]:
    """What Google says of those that should take place; of an instance that it does not list, nothing (G17)."""
    listed = {str(one["id"]): one for one in instances}
    states = []
    for wanted in draft.series.live if draft.series else ():
        instance = listed.get(f"{entry_id}_{_stamp(wanted.original_at, draft)}")
        if instance is None:
            continue
        stands = to_state(instance, draft.time_zone)
        if stands is None:
            states.append(OccurrenceState(wanted.original_at, None, None))
        elif stands.start_at and stands.end_at:
            states.append(OccurrenceState(wanted.original_at, stands.start_at, stands.end_at))
    return tuple(states)


def _stamp(at: datetime, draft: EntryDraft) -> str:
    if draft.all_day:
        return f"{at.astimezone(ZoneInfo(draft.time_zone)):%Y%m%d}"
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _fits(
    occurrence: DraftOccurrence, instance: Mapping[str, Any], master: Mapping[str, Any], draft: EntryDraft
) -> bool:
    shown = all(instance.get(name, "") == master.get(name, "") for name in _SHOWN)
    wanted = {"start": occurrence.start_at, "end": occurrence.end_at}
    return shown and all(_same(instance.get(side) or {}, moment_of(at, draft)) for side, at in wanted.items())


def _same(stands: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    if "date" in wanted or "dateTime" not in stands:
        return stands.get("date") == wanted.get("date", "")
    return datetime.fromisoformat(stands["dateTime"]) == datetime.fromisoformat(wanted["dateTime"])


def _body(occurrence: DraftOccurrence, whole: Mapping[str, Any], draft: EntryDraft) -> dict[str, Any]:
    times = {"start": moment_of(occurrence.start_at, draft), "end": moment_of(occurrence.end_at, draft)}
    return {name: whole[name] for name in _KEPT if name in whole} | times
