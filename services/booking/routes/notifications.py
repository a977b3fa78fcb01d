"""Stripe's webhooks as the gateway hands them on, raw (H13)."""

from fastapi import APIRouter, Depends

from services.booking.usecases.hear_stripe import HearStripe
from shared.contracts.envelope import Value
from shared.internal import Guard
from shared.webhooks import Heard


class Notification(Value):
    """A request of the provider's, as it came."""

    headers: dict[str, str]
    body: str
    query: dict[str, str]


def build_notification_routes(guard: Guard, hear_stripe: HearStripe) -> APIRouter:
    router = APIRouter(prefix="/internal/notifications", dependencies=[Depends(guard)])

    @router.post("/stripe")
    async def stripe(told: Notification) -> Heard:
        return await hear_stripe(told.headers, told.body.encode())

    return router
