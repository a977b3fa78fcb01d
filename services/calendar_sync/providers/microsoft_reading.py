"""What a delta of Graph says of a calendar, taken together."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.calendar_sync.providers import guest_answers
from services.calendar_sync.providers.microsoft_mapping import to_busy, to_state
from services.calendar_sync.providers.protocol import Reading, Seen
from services.calendar_sync.providers.room_answers import from_graph
from shared.providers import reads


@reads
def reading_of(events: Sequence[Mapping[str, Any]], cursor: str, zone: str) -> Reading:
    """The last word about each id counts: a delta may name one several times."""
    last = {str(event["id"]): event for event in events}
    masters = {event_id: event for event_id, event in last.items() if event.get("type") == "seriesMaster"}
    entries, removed, states = [], set(), {}
    series: dict[str, set[Seen]] = {master_id: set() for master_id in masters}
    for event_id, event in last.items():
        single = "@removed" not in event and not event.get("seriesMasterId")
        if single and (state := to_state(event, zone)):
            states[event_id] = state
        if (of := str(event.get("seriesMasterId") or "")) and "@removed" not in event:
            shown = to_state({**masters.get(of, {}), **event}, zone)
            seen = series.setdefault(of, set())
            if shown is not None:
                seen.add(Seen(shown.start_at, shown.end_at, shown.title, shown.description))
        found = None
        if "@removed" not in event:
            found = to_busy(event, zone, masters.get(str(event.get("seriesMasterId") or "")))
        if found is None:
            removed.add(event_id)
        else:
            entries.append(found)
    answers = from_graph(last.values())
    return Reading(
        entries,
        frozenset(removed),
        cursor,
        doubtful=bool(masters),
        room_answers=answers,
        said=guest_answers.from_graph(last.values()),
        states={event_id: state for event_id, state in states.items() if event_id not in masters},
        series={name: frozenset(seen) for name, seen in series.items()},
    )
