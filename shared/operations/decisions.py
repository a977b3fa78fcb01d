"""The collection ``operator_decisions``: who replayed, discarded, retried, gave up or reconciled what, and why. Written
before it is done, so that nothing is dropped without a record.
"""

from collections.abc import Sequence
from datetime import timedelta

from shared import clock
from shared.contracts.api.operations import Action, Decision
from shared.ids import new_id
from shared.mongo import DESCENDING, Collection, Database, IndexModel

_KEPT = timedelta(days=400)


class Decisions:
    """Of one service."""

    def __init__(self, service: str, database: Database) -> None:
        self._service = service
        self.collection: Collection = database["operator_decisions"]
        self.indexes: Sequence[IndexModel] = (
            IndexModel([("organization_id", DESCENDING), ("_id", DESCENDING)], name="newest"),
            IndexModel([("at", DESCENDING)], name="kept", expireAfterSeconds=int(_KEPT.total_seconds())),
        )

    async def keep(
        self,
        organization_id: str,
        by: str,
        action: Action,
        *,
        target: str = "",
        what: str = "",
        about: str = "",
        reason: str = "",
    ) -> None:
        row = {"organization_id": organization_id, "by": by, "action": action, "at": clock.now()}
        which = {"target": target, "what": what, "about": about, "reason": reason}
        await self.collection.insert_one({"_id": new_id("dec"), **row, **which})

    async def page(self, organization_id: str, before: str | None, limit: int) -> list[Decision]:
        """The newest first; one more than ``limit`` where there are more."""
        query: dict[str, object] = {"organization_id": organization_id}
        if before:
            query["_id"] = {"$lt": before}
        rows = await self.collection.find(query).sort("_id", DESCENDING).limit(limit + 1).to_list(None)
        return [Decision.model_validate({**row, "id": row["_id"], "service": self._service}) for row in rows]
