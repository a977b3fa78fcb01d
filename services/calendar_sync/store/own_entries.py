"""What of people's calendars is ours, by what ledger rows say."""

from collections.abc import Iterator, Sequence

from services.calendar_sync.model.busy import BusyEntry, OwnEntries
from services.calendar_sync.model.entries import MOST_PARTS, part_marker, provider_key
from shared.mongo import Document


def naming(entries: Sequence[BusyEntry]) -> Document:
    """The filter for rows by which one of these may be ours."""
    ids = {"$in": list({name for one in entries for name in (one.entry_id, one.series_id) if name})}
    uids = {"$in": list({one.ical_uid for one in entries if one.ical_uid})}
    parts = [f"{state}{others}" for state in ("written", "removed") for others in ("", ".others")]
    named = [{f"{part}.{name}": among} for part in parts for name, among in (("entry_id", ids), ("ical_uid", uids))]
    return {"$or": [*named, {"attempted": {"$ne": None}}]}


def own_among(rows: Sequence[Document], people: Sequence[str]) -> dict[str, OwnEntries]:
    """Of each person, as owner or as a participant."""
    ids: dict[str, set[str]] = {one: set() for one in people}
    uids: dict[str, set[str]] = {one: set() for one in people}
    keys: dict[str, set[str]] = {one: set() for one in people}
    for row in rows:
        everybody = {row["staff_id"], *row["participants"]} & ids.keys()
        for known in _parts_of(row.get("written"), row.get("removed")):
            if row["staff_id"] in ids:
                ids[row["staff_id"]].add(known["entry_id"])
            if known["ical_uid"]:
                for one in everybody:
                    uids[one].add(known["ical_uid"])
        if row.get("attempted"):
            for one in everybody:
                keys[one] |= _attempted_keys(row["_id"], row["attempted"]["generation"])
    return {one: OwnEntries(frozenset(ids[one]), frozenset(uids[one]), frozenset(keys[one])) for one in people}


def _attempted_keys(marker: str, generation: int) -> set[str]:
    """What an entry may be called whose create is under way: the next generation follows a name that is used up."""
    markers = [part_marker(marker, number) for number in range(MOST_PARTS)]
    return {provider_key(one, number) for one in markers for number in (generation, generation + 1)}


def _parts_of(*known: Document | None) -> Iterator[Document]:
    for entry in filter(None, known):
        yield entry
        yield from entry.get("others", ())
