"""From a guest's choice on a page to the draft of the appointment (H5): who attends, who organizes, how they meet."""

from collections.abc import Sequence

from services.booking.model.appointment import Appointment
from services.booking.model.page_setting import PageSetting
from services.booking.usecases.choose_menu import Menu
from services.booking.usecases.links import Links
from services.booking.usecases.read_booking import Booking
from shared import clock
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.booking import Visibility
from shared.ids import new_id


def draft_booking(
    setting: PageSetting, booking: Booking, staff_ids: Sequence[str], status: AppointmentStatus, links: Links
) -> Appointment:
    """``staff_ids`` attend, the first one organizes. Pages that are offline write nothing to calendars (H4)."""
    now, appointment_id, page = clock.now(), new_id("apt"), setting.page
    people = [setting.staff[staff_id] for staff_id in staff_ids]
    with_calendar = [person.staff_id for person in people if person.has_calendar and not setting.takes_requests]
    organizer = people[0]
    drafted = Appointment(
        appointment_id=appointment_id,
        organization_id=page.organization_id,
        status=status,
        proposal_id=None,
        slot_id=None,
        kind=setting.kind,
        title=page.title,
        start_at=booking.span.start_at,
        end_at=booking.span.end_at,
        time_zone=setting.organization.time_zone,
        creator=organizer.as_attendee(),
        organizer_id=organizer.staff_id,
        attendees=[person.as_attendee() for person in people],
        with_calendar=with_calendar,
        guest=booking.guest,
        guest_time_zone=booking.time_zone,
        guest_locale=booking.locale,
        guidance="",
        note="",
        visibility=Visibility.DEFAULT,
        wants_meeting=setting.wants_zoom,
        zoom_user_id=setting.zoom_user_of(organizer.staff_id) if setting.wants_zoom else None,
        address=None,
        token=links.new_source(appointment_id),
        join_token=links.join_source(appointment_id),
        confirmed_at=now,
        updated_at=now,
        page=page.as_ref(),
        terms=page.terms,
        answers=booking.answers,
        utm=booking.utm,
        guest_participates=organizer.staff_id in with_calendar,
    )
    return Menu(setting.meeting_type, setting.bookable).applied_to(drafted)
