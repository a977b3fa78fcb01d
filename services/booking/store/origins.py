"""Documents remember the idempotency key that they were made under, and the database lets each key make one (G8)."""

from datetime import timedelta

from shared import clock
from shared.mongo import ASCENDING, Collection, Document, IndexModel

KEY_KEPT = timedelta(hours=24)
"""How long an idempotency key stands for what it made."""

ONCE = IndexModel(
    [("origin.key", ASCENDING)], name="once", unique=True, partialFilterExpression={"origin.key": {"$gt": ""}}
)


async def made_under(
    collection: Collection, key: str, *, at: str, without: dict[str, int] | None = None
) -> Document | None:
    """Under this key within the last 24 hours; an older one gives the key back (api.md). ``at`` is the field that says
    when, ``without`` the projection.
    """
    row = await collection.find_one({"origin.key": key}, without)
    if row is None or row[at] > clock.now() - KEY_KEPT:
        return row
    await collection.update_one({"_id": row["_id"], "origin.key": key}, {"$set": {"origin": None}})
    return None
