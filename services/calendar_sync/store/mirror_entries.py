"""Documents of the collection ``mirror_entries``: what takes time in a calendar that is read."""

from datetime import timedelta

from services.calendar_sync.model.busy import BusyEntry, BusyKind
from shared.mongo import ASCENDING, Document, IndexModel, UpdateOne

MIRROR = "connection_id"
"""Holds the mirror's name, which was the connection's when each had one calendar."""
INDEXES = (
    IndexModel([(MIRROR, ASCENDING), ("end_at", ASCENDING)]),
    IndexModel([(MIRROR, ASCENDING), ("series_id", ASCENDING)]),
    IndexModel([("end_at", ASCENDING)], expireAfterSeconds=int(timedelta(days=7).total_seconds())),
)
"""Full reads drop what is past; the last index does where a link stays broken and nothing is read any more."""


def upsert(mirror_id: str, entry: BusyEntry) -> UpdateOne:
    values = {
        MIRROR: mirror_id,
        "entry_id": entry.entry_id,
        "start_at": entry.start_at,
        "end_at": entry.end_at,
        "kind": entry.kind,
        "etag": entry.etag,
        "series_id": entry.series_id,
        "ical_uid": entry.ical_uid,
        "marker": entry.marker,
    }
    return UpdateOne({"_id": f"{mirror_id}/{entry.entry_id}"}, {"$set": values}, upsert=True)


def entry_of(row: Document) -> BusyEntry:
    return BusyEntry(
        entry_id=row["entry_id"],
        start_at=row["start_at"],
        end_at=row["end_at"],
        kind=BusyKind(row["kind"]),
        etag=row["etag"],
        series_id=row["series_id"],
        ical_uid=row["ical_uid"],
        marker=row["marker"],
    )
