"""Whether a time that was given up is still free for the same people, by the page's rules as they are now (G4, G5)."""

from services.booking.model.appointment import Appointment
from services.booking.model.spans import Span
from services.booking.store.pages import PageStore
from services.booking.usecases.book import MOMENT
from services.booking.usecases.guest_changes import attending
from services.booking.usecases.know_page import KnowPage
from services.booking.usecases.read_page import ReadPages
from shared import clock


class StillFree:
    """What cannot be read is not free."""

    def __init__(self, pages: PageStore, read: ReadPages, know: KnowPage) -> None:
        self._pages = pages
        self._read = read
        self._know = know

    async def __call__(self, appointment: Appointment) -> bool:
        booked, start_at = appointment.page, appointment.start_at
        page = await self._pages.find(appointment.organization_id, booked.page_id) if booked else None
        if page is None or not page.is_open:
            return False
        known = await self._know(
            await self._read.one(page),
            Span(start_at, start_at + MOMENT),
            appointment.span.length,
            only=attending(appointment),
            but=appointment.appointment_id,
        )
        looked = await self._know.looked_at(known, appointment.span)
        return looked.free_at(start_at, clock.now()) is not None
