"""Events of booking that repeat what others may have missed (G13): nothing happened when they are said."""

from shared.contracts.booking import AppointmentEvent, ProposalEvent


class ProposalRetold(ProposalEvent, routing_key="booking.proposal_retold.v1", webhooks=False):
    """Nothing happened: the proposal is told as it stands, for who may have missed something of it. Not ``is_open``:
    nothing can be chosen of it any more.
    """

    is_open: bool


class AppointmentRetold(AppointmentEvent, routing_key="booking.appointment_retold.v1", webhooks=False):
    """Nothing happened: the appointment is told as it stands, for who may have missed something of it."""

    canceled: bool
