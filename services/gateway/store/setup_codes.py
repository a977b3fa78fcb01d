"""The one-time code of the first set-up, by its hash, and the mark that it was used."""

from shared.crypto import same, token_hash
from shared.mongo import Collection, Database, IndexModel, Session


class SetupCodes:
    """``used`` is inserted in the transaction of the set-up: a second insert fails."""

    def __init__(self, database: Database) -> None:
        self.setup: Collection = database["setup"]
        self.indexes: dict[Collection, list[IndexModel]] = {self.setup: []}

    async def keep(self, code: str) -> None:
        await self.setup.update_one({"_id": "code"}, {"$set": {"hash": token_hash(code)}}, upsert=True)

    async def is_right(self, code: str) -> bool:
        row = await self.setup.find_one({"_id": "code"})
        return row is not None and same(row["hash"], token_hash(code))

    async def use_up(self, session: Session) -> None:
        """Raises ``DuplicateKeyError`` the second time."""
        await self.setup.insert_one({"_id": "used"}, session=session)
        await self.setup.delete_one({"_id": "code"}, session=session)
