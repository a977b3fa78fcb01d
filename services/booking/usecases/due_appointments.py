"""What is due on appointments: a payment to look at (H13), or a request that nobody answered in time (H4)."""

from services.booking.usecases.end_request import EndRequest
from services.booking.usecases.settle_payment import SettlePayment
from shared.due import Lease


class DueAppointments:
    """Works on one due row; each passes over what is not its own."""

    def __init__(self, settle: SettlePayment, end_request: EndRequest) -> None:
        self._settle = settle
        self._end_request = end_request

    async def __call__(self, lease: Lease) -> None:
        await self._settle(lease)
        await self._end_request.expired(lease)
