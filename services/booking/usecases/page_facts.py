"""What is known of pages and their times, joined once for guests, staff and payments."""

from dataclasses import dataclass

from services.booking.store.page_bookings import PageBookings
from services.booking.store.stores import Stores
from services.booking.usecases.availability import Availability
from services.booking.usecases.know_page import KnowPage
from services.booking.usecases.read_page import ReadPages


@dataclass(frozen=True)
class PageFacts:
    """``read`` what a page is, ``know`` what its free times depend on."""

    bookings: PageBookings
    read: ReadPages
    know: KnowPage

    @classmethod
    def of(cls, stores: Stores, availability: Availability, *, takes_payments: bool) -> "PageFacts":
        bookings = PageBookings(stores.bookings.appointments)
        read = ReadPages(stores.pages, stores.people, stores.menus, takes_payments=takes_payments)
        return cls(bookings, read, KnowPage(availability, stores.taken, bookings))
