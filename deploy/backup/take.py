"""Taking a backup: all databases as of one moment, which lies in a gap between two events on the bus."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import structlog
from bson import json_util
from pymongo.asynchronous.client_session import AsyncClientSession

from deploy.backup.bundle import RAW, Bundle, Writing
from deploy.backup.bus import Ear
from deploy.credentials import SERVICES
from deploy.mongo.set_up import Client

log = structlog.get_logger(__name__)
_HISTORY = "minSnapshotHistoryWindowInSeconds"
_HISTORY_SECONDS = 3600
"""How long copying may take: so long the database can still say how it was at the moment."""
_TRIES = 200


async def take(
    client: Client,
    bundle: Bundle,
    ear: Ear | None,
    *,
    listen: timedelta,
    databases: Sequence[str] = SERVICES,
    management: httpx.AsyncClient | None = None,
) -> None:
    """``listen`` is how long is listened before: longer than the slowest handler of an event takes. ``management``
    answers with the broker's users, rights and exchanges.
    """
    with bundle.written(datetime.now(UTC).isoformat()) as writing:
        if ear is not None:
            await asyncio.sleep(listen.total_seconds())
        async with _history_kept(client), _one_moment(client, ear, databases[0]) as session:
            writing.manifest.moment = session.operation_time.time if session.operation_time else 0
            if ear is not None:
                writing.said(ear.heard)
                writing.manifest.not_heard = await ear.not_heard()
            for database in databases:
                await _copy(client, database, session, writing)
        if management is not None:
            writing.definitions((await management.get("/api/definitions")).raise_for_status().text)
    log.info("backup.taken", folder=str(bundle.folder), files=len(writing.manifest.parts))
    for queue, count in writing.manifest.not_heard.items():
        log.warning("backup.message_left_out", queue=queue, messages=count)


@asynccontextmanager
async def _one_moment(client: Client, ear: Ear | None, database: str) -> AsyncIterator[AsyncClientSession]:
    """A session that reads everything as it is now. What the ear has heard then is all that had left its outbox, and
    none of it was said later: otherwise another moment is tried.
    """
    for last in range(_TRIES):
        if ear is not None:
            await ear.catch_up()
        async with client.start_session(snapshot=True) as session:
            await client[database]["migrations"].find_one({}, session=session)
            if ear is None or not await ear.catch_up() or last == _TRIES - 1:
                yield session
                return


@asynccontextmanager
async def _history_kept(client: Client) -> AsyncIterator[None]:
    before = (await client.admin.command({"getParameter": 1, _HISTORY: 1}))[_HISTORY]
    await client.admin.command({"setParameter": 1, _HISTORY: max(before, _HISTORY_SECONDS)})
    try:
        yield
    finally:
        await client.admin.command({"setParameter": 1, _HISTORY: before})


async def _copy(client: Client, database: str, session: AsyncClientSession, writing: Writing) -> None:
    async for told in await client[database].list_collections(filter={"type": "collection"}):
        name = told["name"]
        if name.startswith("system."):
            continue
        collection = client[database].get_collection(name).with_options(codec_options=RAW)
        with writing.documents(f"{database}/{name}") as documents:
            async for document in collection.find({}, session=session, batch_size=1000):
                documents.add(document)
        indexes = [dict(index) async for index in await client[database][name].list_indexes()]
        metadata = {"options": told["options"], "indexes": indexes, "collectionName": name, "type": "collection"}
        writing.metadata(f"{database}/{name}", json_util.dumps(metadata))
