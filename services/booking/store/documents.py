"""Proposals and appointments as MongoDB documents; where a meeting takes place elsewhere than at Zoom is encrypted."""

from dataclasses import dataclass

from services.booking.model.appointment import Appointment
from services.booking.model.contact import contact_id_of
from services.booking.model.payment import Payment
from services.booking.model.proposal import Proposal
from shared import clock
from shared.crypto import KeyRing
from shared.messaging import outbox
from shared.mongo import Document

PROPOSAL = {outbox.FIELD: 0, "lease": 0, "due_at": 0, "contact_id": 0}
APPOINTMENT = {outbox.FIELD: 0, "lease": 0, "due_at": 0, "reception_day": 0, "occurrences": 0, "contact_id": 0}
PROPOSAL_PLACE = "proposals/{}/place"
APPOINTMENT_PLACE = "appointments/{}/place"
"""To which ``place`` is bound at rest."""

_APART = {"reports", "meeting", "origin", "opened_at", "drifts", "payment"}
"""Written by events, one member at a time, or when the document is made, never with the rest."""


@dataclass(frozen=True)
class Documents:
    """``ring`` encrypts what is at rest."""

    ring: KeyRing

    def proposal_state(self, proposal: Proposal) -> Document:
        """All but the id and what is written apart; ``due_at`` while something may be due; ``contact_id`` is for
        erasing (X5).
        """
        state = proposal.model_dump(exclude={"proposal_id", *_APART})
        state["contact_id"] = contact_id_of(proposal.organization_id, proposal.guest)
        due_at = proposal.next_look_at(clock.now())
        if due_at is not None:
            state["due_at"] = due_at
        return self._closed(state, PROPOSAL_PLACE.format(proposal.proposal_id))

    def proposal_from(self, row: Document) -> Proposal:
        opened = self._opened(row, PROPOSAL_PLACE.format(row["_id"]))
        return Proposal.model_validate({**opened, "proposal_id": row["_id"]})

    def appointment_state(self, appointment: Appointment) -> Document:
        """``reception_day`` keeps codes of live visits of a day apart (V7); ``occurrences`` are for lists by time
        (E6); ``contact_id`` is whose history it belongs to (H7); ``due_at`` is when a request ends (H4).
        """
        state = appointment.model_dump(exclude={"appointment_id", *_APART})
        live = appointment.is_live and appointment.reception_code is not None
        state["reception_day"] = appointment.local_day if live else None
        state["contact_id"] = contact_id_of(appointment.organization_id, appointment.guest)
        if appointment.requested_until is not None:
            state["due_at"] = appointment.requested_until if appointment.is_requested else None
        if appointment.series is not None:
            state["occurrences"] = [one.model_dump(include={"start_at", "end_at"}) for one in appointment.occurrences]
        return self._closed(state, APPOINTMENT_PLACE.format(appointment.appointment_id))

    def appointment_from(self, row: Document) -> Appointment:
        opened = self._opened(row, APPOINTMENT_PLACE.format(row["_id"]))
        return Appointment.model_validate({**opened, "appointment_id": row["_id"]})

    def _closed(self, state: Document, place: str) -> Document:
        if not state["place"]:
            return state
        return {**state, "place": self.ring.encrypt(state["place"].encode(), place=place)}

    def _opened(self, row: Document, place: str) -> Document:
        if not row.get("place"):
            return row
        return {**row, "place": self.ring.decrypt(row["place"], place=place).decode()}


def former_contact(before: Appointment, after: Appointment) -> Document:
    """The update that remembers who gave their place to another guest (C9), so that they are found when they are to be
    erased (X5).
    """
    was, now = (contact_id_of(one.organization_id, one.guest) for one in (before, after))
    return {"$addToSet": {"former_contacts": was}} if was and was != now else {}


def payment_state(payment: Payment | None) -> Document:
    """With when it is looked at next."""
    return {"payment": payment.model_dump(), "due_at": payment.look_at} if payment else {"payment": None}
