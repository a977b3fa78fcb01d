"""What a guest may still do with their appointment, in words (H10): pure functions."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages import times
from services.gateway.pages.guest_view import Reading
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentStatus, GuestAppointmentView


@dataclass(frozen=True)
class Shown:
    """``until`` says the deadline of what is allowed; ``note`` why something is not. ``again`` is the page's slug;
    ``request`` where nobody has answered yet (H4).
    """

    can_reschedule: bool
    can_cancel: bool
    until: tuple[str, ...]
    note: str
    again: str
    request: bool


def shown_rights(appointment: GuestAppointmentView, reading: Reading) -> Shown:
    canceled = appointment.status is AppointmentStatus.CANCELED
    over = canceled or appointment.end <= reading.at
    if appointment.status is AppointmentStatus.REQUESTED and appointment.requested_until is not None:
        return _of_request(appointment, appointment.requested_until, reading)
    until = [
        text(reading.language, f"page_guests.{what}_until", at=times.moment(at, reading.zone, reading.language))
        for what, can, at in _rights(appointment)
        if can and at is not None
    ]
    return Shown(
        can_reschedule=appointment.can_reschedule,
        can_cancel=appointment.can_cancel,
        until=tuple(until),
        note="" if over else _note(appointment, reading),
        again=appointment.page.slug if appointment.page and over else "",
        request=False,
    )


def _of_request(appointment: GuestAppointmentView, until: datetime, reading: Reading) -> Shown:
    """It is taken back as long as it waits, and not moved."""
    at = times.moment(until, reading.zone, reading.language)
    told = (text(reading.language, "page_guests.request_until", at=at),) if appointment.can_cancel else ()
    return Shown(False, appointment.can_cancel, told, "", "", request=True)


def _rights(appointment: GuestAppointmentView) -> list[tuple[str, bool, datetime | None]]:
    return [
        ("reschedule", appointment.can_reschedule, appointment.reschedule_until),
        ("cancel", appointment.can_cancel, appointment.cancel_until),
    ]


def _note(appointment: GuestAppointmentView, reading: Reading) -> str:
    """Which of both must be asked of the host, and whether it was too late for it."""
    missing = [(what, at) for what, can, at in _rights(appointment) if not can]
    if not missing:
        return ""
    what = missing[0][0] if len(missing) == 1 else "both"
    late = all(at is not None and at <= reading.at for _, at in missing)
    return text(reading.language, f"page_guests.{what}_{'late' if late else 'ask'}")
