"""What came with a booking on a page, for staff and guest alike (H5)."""

from services.booking.model.appointment import Appointment
from shared.contracts.api.page_guests import AnswerView, PageRefView


def page_ref_view(appointment: Appointment) -> PageRefView | None:
    page = appointment.page
    return PageRefView(id=page.page_id, title=page.title, slug=page.slug) if page else None


def answers_view(appointment: Appointment) -> list[AnswerView]:
    return [AnswerView(**answer.model_dump()) for answer in appointment.answers]
