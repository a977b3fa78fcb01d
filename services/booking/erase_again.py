"""``python -m services.booking.erase_again ORGANIZATION ID…``: after a restore, erase again what had been erased since
then (X5). The ids are those of ``erasure.completed`` in booking's log, or of ``GuestErased``. Safe to repeat.
"""

import asyncio
import sys
from collections.abc import Sequence

import structlog

from services.booking.model.erasure import Erasure
from services.booking.settings import Settings
from services.booking.store.bookings import BookingStore
from services.booking.store.erasures import Erasures
from services.booking.store.guest_subjects import GuestSubjects
from services.booking.store.stores import Stores
from services.booking.subscribers import SERVICE
from shared import clock, mongo
from shared.contracts import actors
from shared.contracts.erasure import ErasureReason
from shared.ids import new_id
from shared.messaging.relay import Relay
from shared.observability import logging
from shared.runtime import make_broker

log = structlog.get_logger(__name__)


async def erase_again(bookings: BookingStore, erasures: Erasures, organization_id: str, ids: Sequence[str]) -> Erasure:
    """A due row; a running booking does the rest."""
    appointment_ids = [one for one in ids if one.startswith("apt_")]
    erasure = Erasure(
        erasure_id=new_id("ers"),
        organization_id=organization_id,
        reason=ErasureReason.ASKED,
        asked_at=clock.now(),
        asked_by=actors.SYSTEM,
        correlation_id=new_id("req"),
        appointment_ids=appointment_ids,
        proposal_ids=[one for one in ids if one.startswith("prp_")],
        contact_ids=await GuestSubjects(bookings).contacts_of(appointment_ids),
    )
    await erasures.add(erasure, clock.now())
    return erasure


async def _run(settings: Settings, organization_id: str, ids: Sequence[str]) -> None:
    logging.configure(SERVICE, settings.log_level)
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=f"{SERVICE}-erase")
    try:
        stores = Stores.on(client, database, settings.data_ring)
        erasures = Erasures(database, Relay(make_broker(SERVICE, settings), []))
        erasure = await erase_again(stores.bookings, erasures, organization_id, ids)
        log.info("erasure.asked", erasure_id=erasure.erasure_id, subjects=len(ids))
    finally:
        await mongo.close(client)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    asyncio.run(_run(Settings(), sys.argv[1], sys.argv[2:]))
