"""Persisted steps with nothing in them, over Motor with the services' own write concern."""

from collections.abc import Sequence

from shared import mongo
from shared.mongo import Client, Database, Session, UpdateOne
from shared.single_flight import NextFlight


class Steps:
    """Writes on one database; every document holds a number and nothing else."""

    def __init__(self, client: Client, database: Database) -> None:
        self._client = client
        self._database = database
        self._published: list[UpdateOne] = []
        self._clearing = NextFlight[None]()

    async def prepare(self) -> None:
        """Make the collections: a transaction that has to make one conflicts with its twin."""
        for name in ("rows", "part0", "part1", "part2"):
            await self._database[name].update_one({"_id": "first"}, {"$set": {"n": 0}}, upsert=True)

    async def write(self, place: str) -> None:
        await self._database["rows"].update_one({"_id": place}, {"$inc": {"n": 1}}, upsert=True)

    async def clear(self, place: str) -> None:
        """As the relay does: whatever was published while the write before was under way goes with the next."""
        self._published.append(UpdateOne({"_id": place}, {"$inc": {"n": 1}}, upsert=True))
        await self._clearing("rows", self._clear)

    async def _clear(self) -> None:
        updates, self._published = self._published, []
        if updates:
            await self._database["rows"].bulk_write(updates, ordered=False)

    async def read(self, collection: str, ids: Sequence[str]) -> None:
        await self._database[collection].find({"_id": {"$in": list(ids)}}).to_list(None)

    async def transaction(self, place: str, commands: Sequence[int]) -> None:
        """One bulk write per command with as many statements; a command of none matches nothing."""

        async def work(session: Session) -> None:
            for number, statements in enumerate(commands):
                rows = self._database[f"part{number}"]
                if not statements:
                    await rows.update_many({"_id": "nothing"}, {"$inc": {"n": 1}}, session=session)
                    continue
                await rows.bulk_write(
                    [
                        UpdateOne({"_id": f"{place}/{part}"}, {"$inc": {"n": 1}}, upsert=True)
                        for part in range(statements)
                    ],
                    session=session,
                )

        await mongo.in_transaction(self._client, work)
