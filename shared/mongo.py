"""MongoDB access. The only module that imports the driver: swapping motor for PyMongo's async client is done here.

Calls that differ between the two drivers are wrapped below, and the raw methods are not used elsewhere.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorCollection
from motor.motor_asyncio import AsyncIOMotorDatabase as _Database
from pymongo import ASCENDING, DESCENDING, DeleteOne, IndexModel, InsertOne, ReturnDocument, UpdateOne
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

__all__ = [
    "AFTER",
    "ASCENDING",
    "BEFORE",
    "DESCENDING",
    "BulkWriteError",
    "Client",
    "Collection",
    "ConnectionFailure",
    "Database",
    "DeleteOne",
    "Document",
    "DuplicateKeyError",
    "IndexModel",
    "InsertOne",
    "OperationFailure",
    "PyMongoError",
    "Session",
    "UpdateOne",
    "aggregate",
    "close",
    "connect",
    "containing",
    "database_of",
    "ensure_indexes",
    "in_transaction",
    "is_away",
    "ping",
]

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
Database = _Database[Document]
Collection = AsyncIOMotorCollection[Document]
Session = AsyncIOMotorClientSession
AFTER = ReturnDocument.AFTER
BEFORE = ReturnDocument.BEFORE
T = TypeVar("T")

_CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def connect(url: str, *, app_name: str) -> tuple[Client, Database]:
    """Open a client and the database named in the URL's path; writes are majority-acknowledged and journaled."""
    client: Client = AsyncIOMotorClient(
        url,
        appname=app_name,
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=5_000,
        maxPoolSize=64,
        retryWrites=True,
    )
    return client, database_of(client)


def database_of(client: Client) -> Database:
    """The one that the client's URL names."""
    return client.get_default_database().with_options(
        codec_options=_CODEC,
        write_concern=WriteConcern("majority", j=True),
        read_concern=ReadConcern("majority"),
    )


async def close(client: Client) -> None:
    closing: Any = client.close  # awaitable in PyMongo's client, plain in motor
    await _awaited(closing())


async def aggregate(collection: Collection, pipeline: Sequence[Mapping[str, Any]]) -> list[Document]:
    cursor = await _awaited(collection.aggregate(list(pipeline)))
    rows: list[Document] = await cursor.to_list(None)
    return rows


def containing(word: str, *, whole: bool = False) -> Document:
    """Matches texts that hold this word, or are it, in any case. MongoDB refuses expressions with NUL, which no text of
    ours holds.
    """
    pattern = re.escape(word.replace("\0", "\ufffd"))
    return {"$regex": f"^{pattern}$" if whole else pattern, "$options": "i"}


async def ensure_indexes(collection: Collection, indexes: Sequence[IndexModel]) -> None:
    """Create what is missing; MongoDB refuses an index whose definition changed under the same name."""
    if indexes:
        await collection.create_indexes(list(indexes))


async def in_transaction(client: Client, work: Callable[[Session], Awaitable[T]]) -> T:
    """Run ``work(session)`` in a transaction; it may run several times, so it does database work only."""
    async with await _awaited(client.start_session()) as session:
        result: T = await session.with_transaction(
            work, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
        )
        return result


def is_away(error: Exception) -> bool:
    """Whether it is a matter of the connection or of an election: tried again, it may succeed."""
    if isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError"):
        return True
    return isinstance(error, ConnectionFailure | WTimeoutError)


async def ping(client: Client) -> bool:
    """Whether the primary answers."""
    try:
        await client.admin.command("ping")
    except (ConnectionFailure, WTimeoutError, OperationFailure):
        return False
    return True
