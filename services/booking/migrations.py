"""What was changed in booking's data since its first version; deploy/UPGRADING.md says what each step means."""

from services.booking.model.contact import contact_id_of
from services.booking.store.guest_history import GuestHistory
from services.booking.store.stores import Stores
from services.booking.usecases.know_contacts import KnowContacts
from shared.contracts.people import Guest
from shared.migrations import Migrations, Step, make_indexes
from shared.mongo import Database


def migrations_of(database: Database, stores: Stores) -> Migrations:
    async def derive_contacts() -> None:
        """Of appointments from before there were contacts (H7). Without its indexes this would read all for each."""
        appointments = stores.bookings.appointments
        await make_indexes({appointments: stores.indexes[appointments]})
        await KnowContacts(stores.contacts, GuestHistory(stores.bookings)).all_anew()

    async def name_contacts_of_proposals() -> None:
        """So that a guest who never booked is found when they are to be erased (X5)."""
        proposals = stores.bookings.proposals
        async for row in proposals.find({"contact_id": {"$exists": False}}, {"organization_id": 1, "guest": 1}):
            contact_id = contact_id_of(row["organization_id"], Guest(**row["guest"]))
            await proposals.update_one({"_id": row["_id"], "guest": row["guest"]}, {"$set": {"contact_id": contact_id}})

    return Migrations(
        database,
        [
            Step(1, "derive_contacts", derive_contacts),
            Step(2, "name_contacts_of_proposals", name_contacts_of_proposals),
        ],
    )
