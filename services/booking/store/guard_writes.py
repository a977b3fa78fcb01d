"""The conditional writes of guard documents: one per resource and UTC day, one per page and counted day or week.

Where somebody is in the way the condition does not match, and the upsert fails on the ``_id`` that is there already.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from services.booking.model.claims import Claim, ClaimKind, guard_ids
from services.booking.model.places import Place
from shared.mongo import Document, UpdateOne

Guarded = Claim | Place
CHANGES = "changes"
"""Counts the writes of a guard, so that who has read it knows whether to read it again."""


def writes(
    organization_id: str, release: Collection[Guarded], take: Collection[Guarded], *, over_held: bool
) -> list[tuple[str, UpdateOne]]:
    """With the guard that each changes, in the order of guards: whoever writes several never waits in a circle."""
    found = [
        *_of_claims(organization_id, _claims(release), _claims(take), over_held),
        *_of_places(organization_id, _places(release), _places(take)),
    ]
    return sorted(found, key=lambda item: item[0])


def place_id(organization_id: str, place: Place) -> str:
    return f"{organization_id}/page:{place.page_id}/{place.period}"


def is_of_page(guard: str) -> bool:
    return guard.split("/")[1].startswith("page:")


def as_instant(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _of_claims(
    organization_id: str, release: Sequence[Claim], take: Sequence[Claim], over_held: bool
) -> Iterable[tuple[str, UpdateOne]]:
    """A guard that only a reach touches is written too, so that two who are in each other's way conflict there."""
    pulled: defaultdict[str, list[Claim]] = defaultdict(list)
    taken: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in release:
        for guard in guard_ids(organization_id, claim.resource, claim.span):
            pulled[guard].append(claim)
    for claim in take:
        for guard in guard_ids(organization_id, claim.resource, claim.needs):
            taken[guard].append(claim)
    for guard in {*pulled, *taken}:
        if guard in pulled:
            yield guard, UpdateOne({"_id": guard}, {"$pull": _pull(pulled[guard]), "$inc": {CHANGES: 1}})
        if guard in taken:
            yield guard, _take(guard, taken[guard], over_held)


def _of_places(
    organization_id: str, release: Sequence[Place], take: Sequence[Place]
) -> Iterable[tuple[str, UpdateOne]]:
    for place in release:
        guard = place_id(organization_id, place)
        yield guard, UpdateOne({"_id": guard}, {"$pull": {"owners": place.owner}})
    for place in take:
        if place.limit is not None:
            guard = place_id(organization_id, place)
            change = {"$push": {"owners": place.owner}, "$setOnInsert": {"day": as_instant(place.last_day)}}
            yield guard, UpdateOne({"_id": guard, f"owners.{place.limit - 1}": {"$exists": False}}, change, upsert=True)


def _pull(claims: Sequence[Claim]) -> dict[str, Any]:
    return {
        kind.value: {
            "owner": claims[0].owner,
            "slot_id": {"$in": sorted({claim.slot_id for claim in claims if claim.kind is kind})},
        }
        for kind in ClaimKind
        if any(claim.kind is kind for claim in claims)
    }


def _take(guard: str, claims: Sequence[Claim], over_held: bool) -> UpdateOne:
    refused = [_in_the_way(ClaimKind.CONFIRMED, claim) for claim in claims]
    if not over_held:
        refused += [_in_the_way(ClaimKind.HELD, claim) for claim in claims]
    day = date.fromisoformat(guard.rpartition("/")[2])
    stand = [claim for claim in claims if day in claim.span.days()]
    change: dict[str, Any] = {"$setOnInsert": {"day": as_instant(day)}, "$inc": {CHANGES: 1}}
    if stand:
        change["$push"] = {
            kind.value: {"$each": [_document(claim) for claim in stand if claim.kind is kind]}
            for kind in ClaimKind
            if any(claim.kind is kind for claim in stand)
        }
    return UpdateOne({"_id": guard, "$nor": refused}, change, upsert=True)


def _in_the_way(kind: ClaimKind, claim: Claim) -> dict[str, Any]:
    return {
        kind.value: {
            "$elemMatch": {
                "start_at": {"$lt": claim.needs.end_at},
                "end_at": {"$gt": claim.needs.start_at},
                "owner": {"$ne": claim.owner},
            }
        }
    }


def _document(claim: Claim) -> Document:
    return {
        "owner": claim.owner,
        "slot_id": claim.slot_id,
        "start_at": claim.span.start_at,
        "end_at": claim.span.end_at,
    }


def _claims(items: Iterable[Guarded]) -> list[Claim]:
    return [item for item in items if isinstance(item, Claim)]


def _places(items: Iterable[Guarded]) -> list[Place]:
    return [item for item in items if isinstance(item, Place)]
