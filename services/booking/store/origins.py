"""Documents remember the idempotency key that they were made under, and the database lets each key make one (G8)."""

from services.booking.model.proposal import Origin
from services.booking.model.spent_keys import KEY_KEPT, spent_key
from shared import clock
from shared.mongo import ASCENDING, Collection, Document, IndexModel

ONCE = IndexModel(
    [("origin.key", ASCENDING)], name="once", unique=True, partialFilterExpression={"origin.key": {"$gt": ""}}
)


def origin_state(origin: Origin | None) -> Document | None:
    """As it is stored."""
    return origin.model_dump() if origin else None


async def made_under(
    collection: Collection, key: str, *, at: str, without: dict[str, int] | None = None
) -> Document | None:
    """Under this key within the last 24 hours, though its guest be erased since; an older one gives the key back
    (api.md). ``at`` is the field that says when, ``without`` the projection.
    """
    which: Document = {"origin.key": {"$in": [key, spent_key(key)]}}
    row = await collection.find_one(which, without)
    if row is None or row[at] > clock.now() - KEY_KEPT:
        return row
    await collection.update_one({"_id": row["_id"], **which}, {"$set": {"origin": None}})
    return None
