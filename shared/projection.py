"""Copies of what other services say. Events come in any order and any number of times: the newest version wins."""

from collections.abc import Mapping
from typing import Any

from shared.mongo import Collection, DuplicateKeyError


async def keep_newest(
    collection: Collection,
    key: str,
    state: Mapping[str, Any],
    version: int,
    *,
    at: str = "version",
    beside: Mapping[str, Any] | None = None,
) -> bool:
    """Write ``state`` unless this version or a newer one is there; answers whether it was written.

    ``state`` itself holds the version, where ``at`` says. ``beside`` are further operators of the same update.
    """
    change = {"$set": dict(state), **(beside or {})}
    newer = {"_id": key, at: {"$not": {"$gte": version}}}
    for _ in range(2):
        try:
            result = await collection.update_one(newer, change, upsert=True)
        except DuplicateKeyError:
            continue  # something as new is there, or an older twin was just inserted: look once more
        return result.modified_count == 1 or result.upserted_id is not None
    return False
