"""Users of organizations' Zoom accounts, as they were last listed. One who is not listed any more stays, as gone."""

from collections.abc import Sequence
from datetime import datetime

from services.zoom_issuer.hosts import AccountUser
from services.zoom_issuer.providers import ZoomUser
from shared.mongo import ASCENDING, Collection, Database, Document, IndexModel, UpdateOne


class UserStore:
    """The collection ``zoom_users``: a row per connection and user; ``gone_at`` is set while Zoom lists them not."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database["zoom_users"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                IndexModel([("connection_id", ASCENDING), ("user_id", ASCENDING)], name="user"),
                IndexModel([("connection_id", ASCENDING), ("folded_email", ASCENDING)], name="email"),
                IndexModel([("connection_id", ASCENDING), ("name", ASCENDING), ("user_id", ASCENDING)], name="by_name"),
            ]
        }

    async def saw(self, connection_id: str, users: Sequence[ZoomUser], at: datetime) -> None:
        """Some that Zoom lists now."""
        if users:
            await self.rows.bulk_write([_seen(connection_id, user, at) for user in users], ordered=False)

    async def listed_completely(self, connection_id: str, began_at: datetime) -> None:
        """Whoever was not seen since is gone."""
        unseen = {"connection_id": connection_id, "seen_at": {"$lt": began_at}, "gone_at": None}
        await self.rows.update_many(unseen, {"$set": {"gone_at": began_at}})

    async def named(self, connection_id: str, names: Sequence[str]) -> list[AccountUser]:
        """Those who are there and have one of these ids or addresses."""
        if not names:
            return []
        either = [
            {"user_id": {"$in": list(names)}},
            {"folded_email": {"$in": [name.casefold() for name in names]}},
        ]
        found = self.rows.find({"connection_id": connection_id, "gone_at": None, "$or": either})
        return [account_user(row) for row in await found.to_list(None)]

    async def count(self, connection_id: str) -> int:
        """Those who are there."""
        return await self.rows.count_documents({"connection_id": connection_id, "gone_at": None})

    async def addresses(self, connection_ids: Sequence[str]) -> list[tuple[str, str]]:
        """Ids and folded addresses of these accounts' users, gone ones too."""
        seen = {"_id": 0, "user_id": 1, "folded_email": 1}
        found = await self.rows.find({"connection_id": {"$in": list(connection_ids)}}, seen).to_list(None)
        return [(row["user_id"], row["folded_email"]) for row in found]

    async def present(self, connection_id: str) -> list[AccountUser]:
        """All who are there."""
        found = self.rows.find({"connection_id": connection_id, "gone_at": None})
        return [account_user(row) for row in await found.to_list(None)]

    async def forget(self, connection_id: str) -> None:
        await self.rows.delete_many({"connection_id": connection_id})


def account_user(row: Document) -> AccountUser:
    return AccountUser(user_id=row["user_id"], email=row["email"], basic=row["basic"])


def _seen(connection_id: str, user: ZoomUser, at: datetime) -> UpdateOne:
    state = {
        "connection_id": connection_id,
        "user_id": user.user_id,
        "email": user.email,
        "folded_email": user.email.casefold(),
        "name": user.name,
        "basic": user.basic,
        "seen_at": at,
    }
    return UpdateOne(
        {"_id": f"{connection_id}/{user.user_id}"}, {"$set": state, "$unset": {"gone_at": ""}}, upsert=True
    )
