"""Bookings that staff confirm first (H4): how long they wait, and what their end says."""

from datetime import timedelta
from typing import Any

from services.booking.model.appointment import Appointment
from services.booking.model.page import Page
from shared.contracts.booking import EndOfRequest
from shared.contracts.notifier import Purpose


def as_request(draft: Appointment, page: Page) -> Appointment:
    """Waits as long as the page says, and never beyond its own start."""
    until = min(draft.confirmed_at + timedelta(hours=page.request_hours), draft.start_at)
    return draft.model_copy(update={"requested_until": until}).expecting_request(Purpose.REQUESTED)


def expecting_end(before: Appointment, after: Appointment, why: EndOfRequest) -> Appointment:
    """With what is expected of its end; ``why`` counts where it was a request only."""
    if not before.is_requested:
        return after.expecting_cancellation(before)
    return after.expecting_request(Purpose.CANCELED if why is EndOfRequest.WITHDRAWN else Purpose.DECLINED)


def said_of(before: Appointment, why: EndOfRequest) -> dict[str, Any]:
    """Members of ``AppointmentCanceled``."""
    return {"was_requested": True, "end_of_request": why} if before.is_requested else {}
