"""What was changed in booking's data since its first version; deploy/UPGRADING.md says what each step means."""

from services.booking.store.guest_history import GuestHistory
from services.booking.store.stores import Stores
from services.booking.usecases.know_contacts import KnowContacts
from shared.migrations import Migrations, Step, make_indexes
from shared.mongo import Database


def migrations_of(database: Database, stores: Stores) -> Migrations:
    async def derive_contacts() -> None:
        """Of appointments from before there were contacts (H7). Without its indexes this would read all for each."""
        appointments = stores.bookings.appointments
        await make_indexes({appointments: stores.indexes[appointments]})
        await KnowContacts(stores.contacts, GuestHistory(stores.bookings)).all_anew()

    return Migrations(database, [Step(1, "derive_contacts", derive_contacts)])
