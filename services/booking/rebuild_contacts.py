"""``python -m services.booking.rebuild_contacts``: every contact from the appointments anew (H7). Safe to repeat."""

import asyncio

from services.booking.settings import Settings
from services.booking.store.guest_history import GuestHistory
from services.booking.store.stores import Stores
from services.booking.subscribers import SERVICE
from services.booking.usecases.know_contacts import KnowContacts
from shared import mongo


async def rebuild(settings: Settings) -> int:
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    try:
        stores = Stores.on(client, database, settings.data_ring)
        return await KnowContacts(stores.contacts, GuestHistory(stores.bookings)).all_anew()
    finally:
        await mongo.close(client)


if __name__ == "__main__":
    print(f"{asyncio.run(rebuild(Settings()))} contacts")  # noqa: T201 - for the operator
