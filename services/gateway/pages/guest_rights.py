"""What a guest may still do with their appointment, in words (H10): pure functions."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages import times
from services.gateway.pages.guest_view import Reading
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentStatus, GuestAppointmentView


@dataclass(frozen=True)
class Shown:
    """``until`` says the deadline of what is allowed; ``note`` why something is not. ``again`` is the page's slug."""

    can_reschedule: bool
    can_cancel: bool
    until: tuple[str, ...]
    note: str
    again: str


def shown_rights(appointment: GuestAppointmentView, reading: Reading) -> Shown:
    canceled = appointment.status is AppointmentStatus.CANCELED
    over = canceled or appointment.end <= reading.at
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
    )


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
