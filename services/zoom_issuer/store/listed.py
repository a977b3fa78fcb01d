"""One page of the Zoom users that staff may name: the account's by name, then those whom people connected themselves.
Only what the page shows is read.
"""

from services.zoom_issuer.store.connections import Connections, ConnectionStatus, Kind
from services.zoom_issuer.store.users import UserStore
from shared.mongo import ASCENDING, Document, aggregate, containing


class ListedUsers:
    """Rows of the account's users, gone ones too, and of people's own connections in the same form."""

    def __init__(self, users: UserStore, connections: Connections) -> None:
        self._users = users.rows
        self._connections = connections.rows

    async def page(
        self, organization_id: str, connection_id: str | None, word: str, after: int, most: int, *, own: bool
    ) -> list[Document]:
        """From the ``after``-th on; ``word`` is a part of a name or an address, or Zoom's id. ``connection_id`` is the
        account's, None where there is none. With ``own`` those follow whom the account does not list, by address.
        """
        which = {"connection_id": connection_id, **_found_by(word, "user_id", "name", "folded_email")}
        found = self._users.find(which).sort([("name", ASCENDING), ("user_id", ASCENDING)])
        rows: list[Document] = await found.skip(after).limit(most).to_list(None) if connection_id else []
        if not own or len(rows) == most:
            return rows
        before = after + len(rows) if rows or not after else await self._users.count_documents(which)
        return [*rows, *await self._own(organization_id, connection_id, word, after - before, most - len(rows))]

    async def _own(
        self, organization_id: str, connection_id: str | None, word: str, skip: int, most: int
    ) -> list[Document]:
        """The name is the address."""
        mine = {
            "organization_id": organization_id,
            "kind": {"$in": [None, Kind.OWN]},
            "status": ConnectionStatus.CONNECTED,
            **_found_by(word, "account_id", "account"),
        }
        shown = {
            "user_id": {"$ifNull": ["$account_id", ""]},
            "email": "$account",
            "name": "$account",
            "folded_email": {"$toLower": "$account"},
            "basic": {"$ifNull": ["$basic", False]},
            "staff_id": 1,
            "listed_as": {"$concat": [f"{connection_id}/", "$account_id"]},
        }
        listed = {"from": self._users.name, "localField": "listed_as", "foreignField": "_id", "as": "listed"}
        pipeline: list[Document] = [
            {"$match": mine},
            {"$project": shown},
            {"$lookup": listed},
            {"$match": {"listed": []}},
            {"$sort": {"folded_email": 1, "_id": 1}},
            {"$skip": max(skip, 0)},
            {"$limit": most},
        ]
        return await aggregate(self._connections, pipeline)


def _found_by(word: str, user_id: str, *parts: str) -> Document:
    if not word:
        return {}
    return {"$or": [{user_id: containing(word, whole=True)}, *({part: containing(word)} for part in parts)]}
