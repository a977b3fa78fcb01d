"""Bookings that staff confirm first (H4): how long they wait, who they are for by then, and what their end says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.booking.model.another_guest import without
from services.booking.model.appointment import Appointment
from services.booking.model.page import Page
from services.booking.model.people import Staff
from shared.contracts.booking import EndOfRequest
from shared.contracts.notifier import Purpose


def as_request(draft: Appointment, page: Page) -> Appointment:
    """Waits as long as the page says, and never beyond its own start."""
    until = min(draft.confirmed_at + timedelta(hours=page.request_hours), draft.start_at)
    return draft.model_copy(update={"requested_until": until}).expecting_request(Purpose.REQUESTED)


def as_now(request: Appointment, people: Mapping[str, Staff]) -> Appointment:
    """With who is there by now: while it waited nobody left it. Its Zoom user follows once it is confirmed (C1)."""
    for staff_id in request.attendee_ids:
        if staff_id in people and people[staff_id].disabled:
            left = without(request, staff_id, request.updated_at)
            request = request.model_copy(update={"attendees": left.attendees}) if left else request
    return request


def ended(before: Appointment, after: Appointment, why: EndOfRequest) -> Appointment:
    """With what is expected of its end; ``why`` counts where it was a request only."""
    if not before.is_requested:
        return after.expecting_cancellation(before)
    return after.model_copy(update={"end_of_request": why}).expecting_request(Purpose.DECLINED)


def said_of(before: Appointment, why: EndOfRequest) -> dict[str, Any]:
    """Members of ``AppointmentCanceled``."""
    return {"was_requested": True, "end_of_request": why} if before.is_requested else {}
