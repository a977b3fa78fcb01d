"""Erasures as administrators see them (X5)."""

from services.booking.model.erasure import SERVICES, Erasure
from shared.contracts.api.erasures import ErasureView, ServiceErasure


def erasure_view(erasure: Erasure) -> ErasureView:
    own = ServiceErasure(service="booking", erased_at=erasure.own_at, left_outside=0)
    return ErasureView(
        id=erasure.erasure_id,
        reason=erasure.reason,
        status=erasure.status,
        asked_at=erasure.asked_at,
        asked_by=erasure.asked_by,
        done_at=erasure.done_at,
        appointments=len(erasure.appointment_ids),
        proposals=len(erasure.proposal_ids),
        services=[own, *(_of(service, erasure) for service in SERVICES)],
    )


def _of(service: str, erasure: Erasure) -> ServiceErasure:
    answer = erasure.answers.get(service)
    return ServiceErasure(
        service=service,
        erased_at=answer.at if answer else None,
        left_outside=answer.left_outside if answer else 0,
    )
