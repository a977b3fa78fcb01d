"""``python -m services.booking.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

import asyncio

import structlog

from services.booking.settings import Settings
from services.booking.subscribers import SERVICE
from services.booking.views.meeting import secret_place
from shared import mongo
from shared.crypto import KeyRing
from shared.mongo import Database

log = structlog.get_logger(__name__)
FIELD = "meeting.secret"


async def rewrap_all(database: Database, ring: KeyRing) -> int:
    """Answers how many appointments changed; a secret that changes meanwhile is left alone."""
    appointments, changed = database["appointments"], 0
    async for row in appointments.find({FIELD: {"$type": "string"}}, {FIELD: 1}):
        secret = row["meeting"]["secret"]
        if not ring.is_current(secret):
            fresh = ring.rewrap(secret, place=secret_place(row["_id"]))
            result = await appointments.update_one({"_id": row["_id"], FIELD: secret}, {"$set": {FIELD: fresh}})
            changed += result.modified_count
    return changed


async def _main(settings: Settings) -> None:
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=f"{SERVICE}-rotate")
    changed = await rewrap_all(database, settings.data_ring)
    log.info("secrets.rewrapped", rows=changed)
    await mongo.close(client)


if __name__ == "__main__":
    asyncio.run(_main(Settings()))
