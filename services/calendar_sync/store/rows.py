"""Ledger rows as documents and back."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from services.calendar_sync.model.calendars import MAIN
from services.calendar_sync.model.entries import Part
from services.calendar_sync.model.ledger import (
    Attempted,
    Row,
    RowKind,
    Unproved,
    Verdict,
    WantedRow,
    WrittenEntry,
    prunable_at,
)
from services.calendar_sync.model.strays import Stray
from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import Cause
from shared.drift import Form, KnownDrift, OccurrenceState
from shared.mongo import Document

FRESH: Document = {"written": None, "attempted": None, "generation": 0}
"""What a row begins with beside what is wanted."""


def wanted_values(row: WantedRow, organization_id: str, now: datetime) -> Document:
    return {
        "organization_id": organization_id,
        "kind": row.kind,
        "about": row.about,
        "staff_id": row.staff_id,
        "slot_id": row.slot_id,
        "provider": row.provider,
        "participants": list(row.participants),
        "room_id": row.room_id,
        "ends_at": row.ends_at,
        "prune_at": prunable_at(row.ends_at, now),
        "present": True,
        "after": [],
    }


def written_document(written: WrittenEntry) -> Document:
    return {
        "connection_id": written.connection_id,
        "provider": written.provider,
        "entry_id": written.entry_id,
        "ical_uid": written.ical_uid,
        "generation": written.generation,
        "digest": written.digest,
        "revision": written.revision,
        "with_meeting": written.with_meeting,
        "room_id": written.room_id,
        "form": asdict(written.form) if written.form else None,
        "calendar_id": named(written.calendar_id),
        "others": others_document(written),
        "with_guest": written.with_guest,
    }


def others_document(written: WrittenEntry) -> list[Document]:
    return [one._asdict() for one in written.others]


def attempted_document(attempted: Attempted) -> Document:
    return {
        "connection_id": attempted.connection_id,
        "generation": attempted.generation,
        "calendar_id": named(attempted.calendar_id),
    }


def named(calendar_id: str) -> str | None:
    """The main calendar has no name in rows, like all that were written before there were others."""
    return None if calendar_id == MAIN else calendar_id


def standing_as(entry_ids: Collection[str], state: str = "written") -> Document:
    """Entries that are written (or ``removed``) and of which one of these is a part."""
    names = {"$in": list(entry_ids)}
    return {"$or": [{f"{state}.entry_id": names}, {f"{state}.others.entry_id": names}]}


def written_ids(known: Document | None) -> frozenset[str]:
    """All under which an entry stands, or stood."""
    if not known:
        return frozenset()
    return frozenset({known["entry_id"], *(one["entry_id"] for one in known.get("others") or ())})


def row_of(row: Document) -> Row:
    written, attempted = row.get("written"), row.get("attempted")
    return Row(
        row_id=row["_id"],
        organization_id=row["organization_id"],
        kind=RowKind(row["kind"]),
        about=row["about"],
        staff_id=row["staff_id"],
        slot_id=row["slot_id"],
        provider=Provider(row["provider"]) if row["provider"] else None,
        present=row["present"],
        participants=tuple(row["participants"]),
        after=tuple(row["after"]),
        revision=row["revision"],
        wanted_version=row["wanted_version"],
        generation=row["generation"],
        written=_written(written) if written else None,
        attempted=_attempted(attempted) if attempted else None,
        tries=row.get("tries", 0),
        cause=Cause(**row["cause"]),
        traceparent=row.get("traceparent"),
        ends_at=row["ends_at"],
        caused_at=row["caused_at"],
        told=row.get("told", False),
        said_at=row.get("said_at"),
        missing_since=row.get("missing_since"),
        room_id=row.get("room_id"),
        suspected=row.get("suspected", False),
        drift=_drift(row["drift"]) if row.get("drift") else None,
        verdict=Verdict(row["verdict"]) if row.get("verdict") else None,
        unproved=_unproved(row["unproved"]) if row.get("unproved") else None,
        strays=tuple(_stray(one) for one in row.get("strays", ())),
    )


def _stray(stray: Document) -> Stray:
    return Stray(stray["connection_id"], stray["calendar_id"] or MAIN, stray["entry_id"])


def _drift(drift: Document) -> KnownDrift:
    return KnownDrift(**{**drift, "gone": tuple(drift.get("gone", ()))})


def _unproved(unproved: Document) -> Unproved:
    return Unproved(unproved["since"], tuple(unproved["originals"]))


def _form(form: Document) -> Form:
    occurrences = tuple(OccurrenceState(**one) for one in form.get("occurrences", ()))
    return Form(**{**form, "occurrences": occurrences})


def _attempted(attempted: Document) -> Attempted:
    return Attempted(attempted["connection_id"], attempted["generation"], attempted.get("calendar_id") or MAIN)


def _written(written: Document) -> WrittenEntry:
    return WrittenEntry(
        connection_id=written["connection_id"],
        provider=Provider(written["provider"]),
        entry_id=written["entry_id"],
        ical_uid=written["ical_uid"],
        generation=written["generation"],
        digest=written["digest"],
        revision=written["revision"],
        with_meeting=written["with_meeting"],
        room_id=written.get("room_id"),
        form=_form(written["form"]) if written.get("form") else None,
        calendar_id=written.get("calendar_id") or MAIN,
        others=tuple(Part(**one) for one in written.get("others", ())),
        with_guest=written.get("with_guest"),
    )
