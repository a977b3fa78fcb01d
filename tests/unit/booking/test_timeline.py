"""What an event says on the timeline (X3)."""

from datetime import timedelta

from services.booking.model.timeline import facts_of
from shared.contracts.booking import AppointmentChanged, AppointmentRescheduled, Occurrence
from tests.builders import an_appointment

_WEEK = timedelta(days=7)


def test_e6_one_occurrence_that_changed_is_told_with_its_own_times() -> None:
    appointment = an_appointment()
    was = Occurrence(
        original_start_at=appointment.start_at + _WEEK,
        start_at=appointment.start_at + _WEEK,
        end_at=appointment.end_at + _WEEK,
    )
    now = was.model_copy(
        update={"start_at": was.start_at + timedelta(hours=2), "end_at": was.end_at + timedelta(hours=2)}
    )
    moved = AppointmentRescheduled(
        appointment=appointment,
        sealed="",
        previous_start_at=was.start_at,
        previous_end_at=was.end_at,
        occurrence=now,
    )
    facts = facts_of(moved)
    assert (facts.occurrence, facts.previous_start_at, facts.start_at) == (True, was.start_at, now.start_at)
    canceled = facts_of(AppointmentChanged(appointment=appointment, sealed="", occurrence=was))
    assert (canceled.occurrence, canceled.start_at, canceled.end_at) == (True, was.start_at, was.end_at)
    assert facts_of(AppointmentChanged(appointment=appointment, sealed="")).occurrence is False
