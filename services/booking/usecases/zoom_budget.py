"""What is known at once is refused at once (E8): a Zoom user whose requests of the day are used up (C4)."""

from services.booking.model.appointment import Appointment
from services.booking.problems import ZoomRateLimited
from services.booking.store.people import PeopleStore
from shared import clock


async def check_zoom_budget(people: PeopleStore, after: Appointment, before: Appointment | None = None) -> None:
    """Of what staff register or change; who changes nothing at Zoom is not refused, nor is a link by hand."""
    if not after.asks_zoom(before) or after.zoom_user_id is None:
        return
    now = clock.now()
    start_at = next((span.start_at for span in after.spans if span.end_at > now), after.start_at)
    if await people.zoom_budget_is_spent(after.zoom_user_id, start_at, now):
        raise ZoomRateLimited()
