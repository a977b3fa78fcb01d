"""Restoring a backup into databases that nobody works on."""

from collections.abc import Sequence
from itertools import islice

import structlog
from bson import json_util
from pymongo.write_concern import WriteConcern

from deploy.backup.bundle import RAW, Bundle, Damaged
from deploy.credentials import SERVICES
from deploy.mongo.set_up import Client

log = structlog.get_logger(__name__)
_BATCH = 1000
_WRITE = WriteConcern("majority", j=True)


class NotNow(Exception):
    """Something must be out of the way first."""


async def restore(client: Client, bundle: Bundle, *, drop: bool, while_connected: bool = False) -> None:
    """Everything is checked before the first write. ``drop`` takes away what is there, also databases' collections
    that the backup does not know. Raises ``Damaged``, ``NotNow``.
    """
    manifest = bundle.checked()
    names = sorted(name.removesuffix(".bson.gz") for name in manifest.parts if name.endswith(".bson.gz"))
    databases = sorted({name.partition("/")[0] for name in names})
    if not while_connected:
        await _nobody_works(client)
    await _emptied(client, databases, drop=drop)
    for name in names:
        await _fill(client, bundle, name, manifest.parts[f"{name}.bson.gz"].items)
    log.info("backup.restored", folder=str(bundle.folder), collections=len(names), made_at=manifest.made_at)


async def _nobody_works(client: Client) -> None:
    """Services tell the database who they are."""
    asked = await client.admin.aggregate([{"$currentOp": {"allUsers": True, "idleConnections": True}}])
    working = {row["appName"] async for row in asked if row.get("appName") in SERVICES}
    if working:
        raise NotNow(f"stop the services first: {', '.join(sorted(working))}")


async def _emptied(client: Client, databases: Sequence[str], *, drop: bool) -> None:
    for database in databases:
        if await client[database].list_collection_names():
            if not drop:
                raise NotNow(f"{database} is not empty (--drop takes away what is there)")
            await client.drop_database(database)


async def _fill(client: Client, bundle: Bundle, name: str, wanted: int) -> None:
    database, _, collection = name.partition("/")
    told = json_util.loads(json_util.dumps(bundle.metadata(name)))
    await client[database].create_collection(collection, **told["options"])
    target = client[database].get_collection(collection, codec_options=RAW, write_concern=_WRITE)
    documents = bundle.documents(name)
    while batch := list(islice(documents, _BATCH)):
        await target.insert_many(batch, ordered=False)
    # Who held them is gone: what was being worked on is free at once.
    await client[database][collection].update_many({"lease.token": {"$exists": True}}, {"$unset": {"lease": ""}})
    others = [index for index in told["indexes"] if index["name"] != "_id_"]
    if others:
        await client[database].command({"createIndexes": collection, "indexes": others})
    found = await client[database][collection].count_documents({})
    if found != wanted:
        raise Damaged(f"{name} has {found} documents, not {wanted}")
