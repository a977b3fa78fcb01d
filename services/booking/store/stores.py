"""Booking's collections, as one."""

from dataclasses import dataclass

from services.booking.store.bookings import BookingStore
from services.booking.store.contacts import ContactStore
from services.booking.store.documents import Documents
from services.booking.store.guards import Guards
from services.booking.store.menus import MenuStore
from services.booking.store.pages import PageStore
from services.booking.store.people import PeopleStore
from services.booking.store.replaced_users import ReplacedUsers
from services.booking.store.rooms import RoomStore
from services.booking.store.taken import TakenTimes
from services.booking.store.timeline import TimelineStore
from shared.crypto import KeyRing
from shared.mongo import Client, Collection, Database, IndexModel


@dataclass(frozen=True)
class Stores:
    """Booking's collections."""

    people: PeopleStore
    guards: Guards
    taken: TakenTimes
    bookings: BookingStore
    rooms: RoomStore
    timeline: TimelineStore
    menus: MenuStore
    pages: PageStore
    contacts: ContactStore
    replaced_users: ReplacedUsers

    @property
    def indexes(self) -> dict[Collection, list[IndexModel]]:
        return {
            **self.people.indexes,
            **self.guards.indexes,
            **self.bookings.indexes,
            **self.rooms.indexes,
            **self.timeline.indexes,
            **self.menus.indexes,
            **self.pages.indexes,
            **self.contacts.indexes,
        }

    @classmethod
    def on(cls, client: Client, database: Database, ring: KeyRing) -> "Stores":
        """``ring`` encrypts what is at rest."""
        guards = Guards(database)
        return cls(
            PeopleStore(database),
            guards,
            TakenTimes(guards.guards),
            BookingStore(client, database, guards, Documents(ring)),
            RoomStore(database),
            TimelineStore(database),
            MenuStore(database, ring),
            PageStore(database),
            ContactStore(database),
            ReplacedUsers(database),
        )
