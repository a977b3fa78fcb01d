"""What the gateway asks about the day of the Zoom user who hosts an appointment (C4)."""

from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.zoom_issuer.usecases.budget_left import BudgetLeft
from shared.internal import Caller, caller, require_caller


class BudgetView(BaseModel):
    """Both absent where nobody hosts."""

    requests_left: int | None = None
    requests_reset_at: datetime | None = None


def build_budget_router(budget: BudgetLeft, api_tokens: str) -> APIRouter:
    router = APIRouter(prefix="/internal/zoom-budget", dependencies=[Depends(require_caller(api_tokens))])

    @router.get("/{appointment_id}")
    async def of_appointment(appointment_id: str, who: Caller = Depends(caller)) -> BudgetView:
        left = await budget.of_appointment(who.organization_id, appointment_id)
        return BudgetView(requests_left=left.requests, requests_reset_at=left.resets_at) if left else BudgetView()

    return router
