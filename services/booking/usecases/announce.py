"""Events of booking as outbox entries: whole states, with what is secret sealed (G23)."""

from datetime import datetime
from typing import Any

from services.booking.model.appointment import Appointment
from services.booking.model.drift import Drift
from services.booking.model.payment_steps import recorded
from services.booking.model.proposal import Proposal
from services.booking.model.told_appointment import told
from services.booking.usecases.links import Links
from services.booking.views.meeting import link_by_hand
from shared.contracts.booking import AppointmentEvent, DriftDecided, DriftDecision, ProposalEvent
from shared.contracts.envelope import Cause, CloudEvent, EventData, envelope
from shared.contracts.sealed import AppointmentSecrets, ProposalSecrets, SaidAnswer
from shared.crypto import KeyRing
from shared.messaging import outbox


class Announcer:
    """Wraps states in events; publishing is the relay's."""

    def __init__(self, ring: KeyRing, links: Links, data_ring: KeyRing) -> None:
        self._ring = ring
        self.links = links
        self._data_ring = data_ring

    def proposal_event(
        self, event: type[ProposalEvent], proposal: Proposal, cause: Cause, **members: Any
    ) -> CloudEvent[ProposalEvent]:
        secrets = ProposalSecrets(
            guest_url=self.links.guest_url(proposal.proposal_id, proposal.token),
            note=proposal.note,
            guidance=proposal.guidance,
            message=proposal.guest_message,
        )
        data = event(
            proposal=proposal.as_contract(),
            sealed=secrets.seal(self._ring, subject=proposal.proposal_id),
            **members,
        )
        return envelope(
            data,
            subject=proposal.proposal_id,
            organization_id=proposal.organization_id,
            version=proposal.version,
            cause=cause,
            at=proposal.updated_at,
        )

    def of_proposal(
        self, event: type[ProposalEvent], proposal: Proposal, cause: Cause, **members: Any
    ) -> list[outbox.Entry]:
        return outbox.entries([self.proposal_event(event, proposal, cause, **members)])

    def of_appointment(
        self, event: type[AppointmentEvent], appointment: Appointment, cause: Cause, **members: Any
    ) -> list[outbox.Entry]:
        secrets = AppointmentSecrets(
            guest_url=self.links.of_appointment(appointment),
            join_url=self.links.join_url(appointment),
            note=appointment.note,
            guidance=appointment.guidance,
            message=appointment.cancel_message,
            place=appointment.place,
            by_hand=link_by_hand(appointment, self._data_ring),
            guest_reason=appointment.guest_reason,
            answers=tuple(SaidAnswer(label=one.label, value=one.value) for one in appointment.answers),
        )
        data = event(
            appointment=told(appointment),
            sealed=secrets.seal(self._ring, subject=appointment.appointment_id),
            **members,
        )
        return _about(appointment, data, cause, at=appointment.updated_at)

    def of_payment(self, before: Appointment, after: Appointment, cause: Cause) -> list[outbox.Entry]:
        """Nothing where its payment took no step; said before what follows from it."""
        data = recorded(before, after)
        if data is None:
            return []
        return _about(after, data, cause, at=after.updated_at if after.version > before.version else None)

    def of_decision(
        self, appointment: Appointment, drift: Drift, decision: DriftDecision, cause: Cause
    ) -> list[outbox.Entry]:
        """About an entry or a meeting; the appointment itself does not change by it."""
        data = DriftDecided(
            appointment_id=appointment.appointment_id,
            drift_id=drift.drift_id,
            staff_id=drift.staff_id,
            decision=decision,
        )
        return _about(appointment, data, cause)


def _about(
    appointment: Appointment, data: EventData, cause: Cause, *, at: datetime | None = None
) -> list[outbox.Entry]:
    """``at`` is when it became so, where that is not now."""
    event_of = envelope(
        data,
        subject=appointment.appointment_id,
        organization_id=appointment.organization_id,
        version=appointment.version,
        cause=cause,
        at=at,
    )
    return outbox.entries([event_of])
