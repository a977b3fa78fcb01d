"""``python -m services.calendar_sync.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

import asyncio
from collections.abc import Mapping

import structlog

from services.calendar_sync.settings import Settings
from shared import mongo
from shared.crypto import KeyRing
from shared.mongo import Collection, Database, Document

log = structlog.get_logger(__name__)
SECRETS: Mapping[str, Mapping[str, str]] = {
    "connections": {
        "access_token": "connections/{}/access_token",
        "refresh_token": "connections/{}/refresh_token",
    },
    "oauth_attempts": {"verifier": "oauth_attempts/{}/verifier"},
    "mirrors": {"watch.secret": "mirrors/{}/watch"},
    "appointments": {"note": "appointments/{}/note", "meeting.link": "appointments/{}/meeting"},
}
"""Where secrets stand, and the place that each is bound to."""


async def rewrap_all(database: Database, ring: KeyRing) -> int:
    """Answers how many rows changed; a value that changes meanwhile is left alone."""
    changed = 0
    for name, fields in SECRETS.items():
        for field, place in fields.items():
            changed += await _rewrap(database[name], ring, field, place)
    return changed


async def _rewrap(collection: Collection, ring: KeyRing, field: str, place: str) -> int:
    changed = 0
    async for row in collection.find({field: {"$type": "string"}}, {field: 1}):
        text = _value(row, field)
        if not ring.is_current(text):
            fresh = ring.rewrap(text, place=place.format(row["_id"]))
            result = await collection.update_one({"_id": row["_id"], field: text}, {"$set": {field: fresh}})
            changed += result.modified_count
    return changed


def _value(row: Document, field: str) -> str:
    found = row
    for part in field.split("."):
        found = found[part]
    return str(found)


async def _main(settings: Settings) -> None:
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name="calendar_sync-rotate")
    changed = await rewrap_all(database, settings.data_ring)
    log.info("secrets.rewrapped", rows=changed)
    await mongo.close(client)


if __name__ == "__main__":
    asyncio.run(_main(Settings()))
