"""What becomes of an appointment (H11), as far as its time tells."""

from datetime import datetime

from services.booking.model.appointment import Appointment
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.booking import Outcome


def is_over(appointment: Appointment, now: datetime) -> bool:
    """Of a series the last occurrence."""
    return max((one.end_at for one in appointment.occurrences), default=appointment.end_at) <= now


def suggested(appointment: Appointment, now: datetime) -> Outcome | None:
    """Where its time has passed and staff recorded nothing yet."""
    waits = appointment.is_live and appointment.outcome is Outcome.SCHEDULED and is_over(appointment, now)
    return Outcome.COMPLETED if waits else None


def canceled(before: Appointment, now: datetime) -> dict[str, object]:
    """What changes when it is cancelled, by nobody of the staff unless somebody is named beside it."""
    return {
        "status": AppointmentStatus.CANCELED,
        "outcome": Outcome.CANCELED,
        "version": before.version + 1,
        "updated_at": now,
        "changed_by": None,
    }


def anew(appointment: Appointment) -> Appointment:
    """At another time nothing is known yet of what becomes of it."""
    return appointment.model_copy(update={"outcome": Outcome.SCHEDULED})
