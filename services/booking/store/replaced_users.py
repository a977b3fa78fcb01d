"""Which Zoom user replaces which (C1), as zoom_issuer tells it: what was said of the newest account counts."""

from collections.abc import Mapping
from datetime import UTC, datetime

from shared.mongo import Collection, Database, UpdateOne

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class ReplacedUsers:
    """The collection ``zoom_replaced``: a row per organization and former user."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database["zoom_replaced"]

    async def keep(self, organization_id: str, replaced: Mapping[str, str], since: datetime) -> None:
        """In any order and any number of times: the account granted last counts."""
        newer = {"$gt": [since, {"$ifNull": ["$since", _LONG_AGO]}]}
        writes = [
            UpdateOne(
                {"_id": f"{organization_id}/{former}"},
                [{"$set": {"by": {"$cond": [newer, by, "$by"]}, "since": {"$max": ["$since", since]}}}],
                upsert=True,
            )
            for former, by in replaced.items()
        ]
        if writes:
            await self.rows.bulk_write(writes, ordered=False)

    async def now(self, organization_id: str, user_id: str) -> str:
        """Who this user is by now, over as many accounts as there were since; whoever was not replaced is themselves.
        Going back to an account ends the chain, as what is said later counts.
        """
        since = _LONG_AGO
        while True:
            row = await self.rows.find_one({"_id": f"{organization_id}/{user_id}", "since": {"$gt": since}})
            if row is None:
                return user_id
            user_id, since = row["by"], row["since"]
