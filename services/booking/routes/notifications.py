"""What comes from Stripe as the gateway hands it on (H13): webhooks, raw, and guests who are back from paying."""

from fastapi import APIRouter, Depends

from services.booking.routes.guests import Visitor
from services.booking.usecases.come_back import ComeBack
from services.booking.usecases.hear_stripe import HearStripe
from shared.contracts.api.payments import WayBack
from shared.contracts.envelope import Value
from shared.internal import Guard
from shared.webhooks import Heard


class Notification(Value):
    """A request of the provider's, as it came."""

    headers: dict[str, str]
    body: str
    query: dict[str, str]


def build_notification_routes(guard: Guard, hear_stripe: HearStripe, come_back: ComeBack) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(guard)])

    @router.post("/notifications/stripe")
    async def stripe(told: Notification) -> Heard:
        return await hear_stripe(told.headers, told.body.encode())

    @router.get("/guest/paid")
    async def paid(visitor: Visitor) -> WayBack:
        return await come_back(visitor.token)

    return router
