"""What a Zoom user's day still has, in plain words (C4)."""

from contextlib import suppress

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from services.gateway.providers.answers import ConnectionView, Provider
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.zoom import ZoomBudget
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView, MeetingStatus

FEW = 10
"""So many and fewer are told where somebody looks at an appointment."""


async def own_budget(request: Request, signed_in: SignedIn) -> str:
    """Of the reader's own Zoom user; empty where there is none, or nobody tells."""
    zoom = parts_of(request).backends.zoom_issuer
    with suppress(BackendProblem):
        for one in (await zoom.connections(signed_in.caller())).items:
            if one.provider is Provider.ZOOM:
                return _in_words("own", request, signed_in, one)
    return ""


async def few_left(request: Request, signed_in: SignedIn, appointment: AppointmentView) -> str:
    """Of who hosts the appointment, where few are left and it may need them."""
    meeting = appointment.meeting
    stands = appointment.status is AppointmentStatus.CONFIRMED and not appointment.hidden
    if not stands or meeting.status is MeetingStatus.NONE or meeting.by_hand:
        return ""
    with suppress(BackendProblem):
        budget = await parts_of(request).backends.zoom_issuer.budget_of(signed_in.caller(), appointment.id)
        if budget.requests_left is not None and budget.requests_left <= FEW:
            return _in_words("host", request, signed_in, budget)
    return ""


def _in_words(whose: str, request: Request, signed_in: SignedIn, budget: ConnectionView | ZoomBudget) -> str:
    if budget.requests_left is None or budget.requests_reset_at is None:
        return ""
    language = language_for(request)
    at = times.moment(budget.requests_reset_at, signed_in.zone, language)
    key = f"byhand.left_{whose}" if budget.requests_left else f"byhand.none_left_{whose}"
    return text(language, key, n=budget.requests_left, at=at)
