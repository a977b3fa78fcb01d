"""What of an appointment an edit changes by itself, and what must hold of the whole afterwards (E2-E6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.booking.model.another_guest import with_guest
from services.booking.model.appointment import Appointment
from services.booking.model.appointment_times import whole_days
from services.booking.problems import PLACE_OF_ANOTHER, REQUIRED, SERIES_STAYS, AllDayWithZoom, invalid
from shared.contracts.api.appointments import AppointmentPatch
from shared.contracts.booking import Kind
from shared.problem import Language
from shared.zoom_block import above_block

_DETAILS = (
    "title",
    "guidance",
    "note",
    "visibility",
    "customer",
    "deal",
    "place",
    "others_may_edit",
    "all_day",
)


def with_details(before: Appointment, wanted: AppointmentPatch) -> Appointment:
    """Of the details the user's text alone is taken: the block under it is written anew (E4)."""
    given = wanted.model_fields_set
    changes: dict[str, object] = {
        name: getattr(wanted, name) for name in _DETAILS if name in given and getattr(wanted, name) is not None
    }
    if wanted.note is not None:
        changes["note"] = above_block(wanted.note)
    if "address" in given:
        changes["address"] = wanted.address or None
    start_at: datetime = wanted.start or before.start_at
    end_at: datetime = wanted.end or (start_at + before.span.length if wanted.start else before.end_at)
    before = _with_guest(before, wanted)
    edited = before.model_copy(update={**changes, "start_at": start_at, "end_at": end_at})
    if not edited.all_day:
        return edited
    days = whole_days(start_at, end_at, ZoneInfo(before.time_zone))
    return edited.model_copy(update={"start_at": days.start_at, "end_at": days.end_at})


def _with_guest(before: Appointment, wanted: AppointmentPatch) -> Appointment:
    if wanted.guest is None:
        return before
    given = {name: value for name, value in wanted.guest.model_dump().items() if value is not None}
    guest = before.guest.model_copy(update=given)
    return before if guest == before.guest else with_guest(before, guest)


def check_details(before: Appointment, after: Appointment, language: Language) -> None:
    """Only of what the edit made so: what stood before may go on standing."""
    if before.guest.email and not after.guest.email:
        raise invalid(language, ("/guest/email", REQUIRED))
    if before.guest.known_as and not after.guest.known_as:
        raise invalid(language, ("/guest/name", REQUIRED))
    if after.place not in ("", before.place) and not _is_elsewhere(after):
        raise invalid(language, ("/place", PLACE_OF_ANOTHER))
    if after.all_day and after.wants_meeting:
        raise AllDayWithZoom()
    if after.series is not None and after.all_day is not before.all_day:
        raise invalid(language, ("/all_day", SERIES_STAYS))
    if after.deal and not after.customer and (before.deal, before.customer) != (after.deal, after.customer):
        raise invalid(language, ("/customer", REQUIRED))


def _is_elsewhere(appointment: Appointment) -> bool:
    """Whether it is held with another tool than Zoom, as web meetings of proposals may be too (C5)."""
    return appointment.kind is Kind.LINK or (appointment.kind is Kind.WEB and not appointment.wants_meeting)
