"""Erasing a guest (X5): booking asks, whoever holds something of it erases its own and answers. Each answer is an event
of its publisher, made of ``DataErased``.
"""

from enum import StrEnum

from pydantic import Field

from shared.contracts.envelope import EventData


class ErasureReason(StrEnum):
    """Somebody asked for it, or the organization keeps it no longer."""

    ASKED = "asked"
    RETENTION = "retention"


class GuestErasureRequested(EventData, routing_key="booking.guest_erasure_requested.v1"):
    """What is held of the guests of these appointments and proposals is to be erased: names, addresses and all that
    somebody wrote; ids and times stay. None of them is to come, open or unpaid. In ``former_ids`` the one guest that
    this is about gave their place to another (C9), whose data stays. ``sealed`` holds ``ErasureSecrets``. Subject: the
    erasure; said again, with the next version, to whoever has not answered, and once more two hours later.
    """

    reason: ErasureReason
    appointment_ids: list[str]
    proposal_ids: list[str]
    former_ids: list[str] = Field(default_factory=list)
    sealed: str = ""


class GuestErased(EventData, routing_key="booking.guest_erased.v1"):
    """Every service has erased what it held (X5); those from outside that keep copies should do so by now."""

    reason: ErasureReason
    appointment_ids: list[str]
    proposal_ids: list[str]


class DataErased(EventData):
    """An answer. ``left_outside`` is how many entries or meetings stand at a provider still, which nobody removes: they
    are the staff's own. Subject: the erasure; the version is the one that was asked for.
    """

    left_outside: int = 0
