"""Wrapping stored secrets with the newest key (G26). Each service's ``rotate`` names where its own stand.

Safe beside running replicas and to repeat: a value that changes meanwhile is left alone, so run it until it changes no
more.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import structlog

from shared import mongo
from shared.crypto import KeyRing
from shared.mongo import Collection, Database
from shared.observability import logging
from shared.settings import ServiceSettings

log = structlog.get_logger(__name__)
ANY = "*"
Secrets = Mapping[str, Mapping[str, str]]
"""Collection → field (``*`` stands for every key of an object) → the place that its values are bound to."""


async def rewrap_all(database: Database, ring: KeyRing, secrets: Secrets) -> int:
    """Answers how many values changed."""
    changed = 0
    for name, fields in secrets.items():
        for field, place in fields.items():
            changed += await _rewrap(database[name], ring, field.split("."), place)
    return changed


async def _rewrap(collection: Collection, ring: KeyRing, field: Sequence[str], place: str) -> int:
    known = ".".join(field[: field.index(ANY)] if ANY in field else field)
    changed = 0
    async for row in collection.find({known: {"$exists": True}}, {known: 1}):
        for path, text in _texts(row, field):
            if text and not ring.is_current(text):
                fresh = ring.rewrap(text, place=place.format(row["_id"]))
                result = await collection.update_one({"_id": row["_id"], path: text}, {"$set": {path: fresh}})
                changed += result.modified_count
    return changed


def _texts(value: object, field: Sequence[str], at: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each text that the field leads to, with its path."""
    if not field:
        if isinstance(value, str):
            yield ".".join(at), value
    elif isinstance(value, dict):
        for name in value if field[0] == ANY else {field[0]} & value.keys():
            yield from _texts(value[name], field[1:], (*at, name))


def run(service: str, settings: ServiceSettings, secrets: Secrets) -> None:
    """What ``python -m services.<service>.rotate`` does."""
    asyncio.run(_run(service, settings, secrets))


async def _run(service: str, settings: ServiceSettings, secrets: Secrets) -> None:
    logging.configure(service, settings.log_level)
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=f"{service}-rotate")
    try:
        log.info("secrets.rewrapped", values=await rewrap_all(database, settings.data_ring, secrets))
    finally:
        await mongo.close(client)
