"""Proposals and appointments as MongoDB documents."""

from services.booking.model.appointment import Appointment
from services.booking.model.proposal import Proposal
from shared import clock
from shared.messaging import outbox
from shared.mongo import Document

PROPOSAL = {outbox.FIELD: 0, "lease": 0, "due_at": 0}
APPOINTMENT = {outbox.FIELD: 0, "reception_day": 0, "occurrences": 0}

_APART = {"reports", "meeting", "origin", "opened_at", "drifts"}
"""Written by events, one member at a time, or when the document is made, never with the rest."""


def proposal_state(proposal: Proposal) -> Document:
    """All but the id and what is written apart; ``due_at`` while something may be due."""
    state = proposal.model_dump(exclude={"proposal_id", *_APART})
    due_at = proposal.next_look_at(clock.now())
    if due_at is not None:
        state["due_at"] = due_at
    return state


def proposal_from(row: Document) -> Proposal:
    return Proposal.model_validate({**row, "proposal_id": row["_id"]})


def appointment_state(appointment: Appointment) -> Document:
    """``reception_day`` keeps codes of live visits of a day apart (V7); ``occurrences`` are for lists by time (E6)."""
    state = appointment.model_dump(exclude={"appointment_id", *_APART})
    live = appointment.is_live and appointment.reception_code is not None
    state["reception_day"] = appointment.local_day if live else None
    if appointment.series is not None:
        state["occurrences"] = [one.model_dump(include={"start_at", "end_at"}) for one in appointment.occurrences]
    return state


def appointment_from(row: Document) -> Appointment:
    return Appointment.model_validate({**row, "appointment_id": row["_id"]})
