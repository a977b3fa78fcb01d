"""The driver under contention (G9): who waits for a document must not keep the one who holds it from letting go."""

import asyncio

from shared import mongo
from shared.mongo import Database, Session

WAITING = 40


async def test_g09_a_transaction_ends_however_many_wait_for_what_it_holds(database: Database) -> None:
    rows = database["rows"]
    await rows.insert_one({"_id": 1, "count": 0})
    others: list[asyncio.Task[object]] = []

    async def one_more() -> None:
        await rows.update_one({"_id": 1}, {"$inc": {"count": 1}})

    async def work(session: Session) -> None:
        await rows.update_one({"_id": 1}, {"$set": {"held": True}}, session=session)
        others.extend(asyncio.create_task(one_more()) for _ in range(WAITING - len(others)))
        await asyncio.gather(*(rows.find_one({"_id": 1}, session=session) for _ in range(3)))

    async with asyncio.timeout(20):
        await mongo.in_transaction(database.client, work)
        await asyncio.gather(*others)
    found = await rows.find_one({"_id": 1})
    assert found == {"_id": 1, "count": WAITING, "held": True}
