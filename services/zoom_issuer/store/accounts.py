"""Organizations' Zoom accounts (C1) among the connections: one current per organization, one organization per account;
the database decides (the indexes ``current_account`` and ``account_once``).
"""

from services.zoom_issuer.store.connections import Connection, Connections, connection_of
from shared.mongo import ASCENDING, Collection, IndexModel

OWNER = "account/"
"""Before Zoom's id of the account, in place of a staff member's id."""


class Accounts:
    """Rows of ``connections`` that belong to an organization."""

    def __init__(self, connections: Connections) -> None:
        self.rows = connections.rows
        self._connections = connections
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                IndexModel(
                    [("organization_id", ASCENDING)],
                    name="current_account",
                    unique=True,
                    partialFilterExpression={"current": True},
                )
            ]
        }

    async def current(self, organization_id: str) -> Connection | None:
        return connection_of(await self.rows.find_one({"organization_id": organization_id, "current": True}))
