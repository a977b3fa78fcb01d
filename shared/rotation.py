"""Wrapping stored secrets with the newest key (G26). Each service's ``rotate`` names where its own stand.

Safe beside running replicas and to repeat: a value that changes meanwhile is left alone, so run it until it changes no
more.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from shared import mongo
from shared.crypto import KeyRing, UndecryptableValue
from shared.mongo import Collection, Database, PyMongoError
from shared.observability import logging
from shared.observability.errors import brief
from shared.settings import ServiceSettings

log = structlog.get_logger(__name__)
ANY = "*"
Secrets = Mapping[str, Mapping[str, str]]
"""Collection → field (``*`` stands for every key of an object) → the place that its values are bound to."""


@dataclass(frozen=True)
class Stored:
    """One value as it stands in a row, and the place that it is bound to."""

    collection: Collection
    row_id: object
    path: str
    text: str = field(repr=False)
    place: str


async def stored_values(database: Database, secrets: Secrets, *, at_most: int = 0) -> AsyncIterator[Stored]:
    """All that is stored, or of so many rows for each field."""
    for name, fields in secrets.items():
        for path, place in fields.items():
            parts = path.split(".")
            known = ".".join(parts[: parts.index(ANY)] if ANY in parts else parts)
            async for row in database[name].find({known: {"$exists": True}}, {known: 1}).limit(at_most):
                for at, text in _texts(row, parts):
                    if text:
                        yield Stored(database[name], row["_id"], at, text, place.format(row["_id"]))


async def rewrap_all(database: Database, ring: KeyRing, secrets: Secrets) -> int:
    """Answers how many values changed. Raises ``UndecryptableValue`` where a key is not in the ring."""
    changed = 0
    async for value in stored_values(database, secrets):
        if not ring.is_current(value.text):
            fresh = ring.rewrap(value.text, place=value.place)
            which = {"_id": value.row_id, value.path: value.text}
            result = await value.collection.update_one(which, {"$set": {value.path: fresh}})
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
    """What ``python -m services.<service>.rotate`` does; it ends with 1 where not all could be wrapped."""
    sys.exit(asyncio.run(_run(service, settings, secrets)))


async def _run(service: str, settings: ServiceSettings, secrets: Secrets) -> int:
    logging.configure(service, settings.log_level)
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=f"{service}-rotate")
    try:
        log.info("secrets.rewrapped", values=await rewrap_all(database, settings.data_ring, secrets))
    except (UndecryptableValue, PyMongoError) as error:
        log.error("secrets.not_rewrapped", reason=brief(error))
        return 1
    finally:
        await mongo.close(client)
    return 0
