"""An erasure (X5): which appointments and proposals are erased, and who has answered that its own is gone."""

from typing import Self

from pydantic import AwareDatetime, Field

from shared.contracts.api.erasures import ErasureStatus
from shared.contracts.envelope import Value
from shared.contracts.erasure import ErasureReason

SERVICES = ("gateway", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler")
"""Those that must answer; booking's own is ``own_at``."""


class Answer(Value):
    """``version`` is the request's that it answers."""

    at: AwareDatetime
    version: int
    left_outside: int = 0


class Erasure(Value):
    """``person`` tells whether two are about the same guest, and to nobody without our key who that is; empty where it
    is about appointments of a time, or a further one covers more. ``secret`` (encrypted at rest) is the guest's
    address while anything is to be looked for. ``asked_version`` counts how often the others were asked,
    ``last_round`` says that they were once more after all was done.
    """

    erasure_id: str
    organization_id: str
    reason: ErasureReason
    status: ErasureStatus = ErasureStatus.PENDING
    person: str = ""
    secret: str | None = None
    asked_at: AwareDatetime
    asked_by: str
    correlation_id: str
    appointment_ids: list[str]
    proposal_ids: list[str]
    former_ids: list[str] = Field(default_factory=list)
    contact_ids: list[str] = Field(default_factory=list)
    """Of contacts that are derived anew (H7), while anything is to be looked for."""
    own_at: AwareDatetime | None = None
    asked_version: int = 0
    answers: dict[str, Answer] = Field(default_factory=dict)
    done_at: AwareDatetime | None = None
    last_round: bool = False

    @property
    def has_all_answers(self) -> bool:
        return self.own_at is not None and all(service in self.answers for service in SERVICES)

    def with_more(self, appointment_ids: list[str], proposal_ids: list[str], former_ids: list[str]) -> Self:
        """Found since: what was being written when it was asked."""
        return self.model_copy(
            update={
                "appointment_ids": _both(self.appointment_ids, appointment_ids),
                "proposal_ids": _both(self.proposal_ids, proposal_ids),
                "former_ids": _both(self.former_ids, former_ids),
            }
        )


def _both(known: list[str], found: list[str]) -> list[str]:
    return list(dict.fromkeys([*known, *found]))
