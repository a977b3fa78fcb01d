"""Goes on with one payment and dies by SIGKILL at a step: ``python -m … STEP URL SANDBOX REQUEST``. The request is what
comes from outside first: a webhook of Stripe's, or the guest's cancellation.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Any

from services.booking.providers.stripe import Stripe
from services.booking.store.bookings import BookingStore
from services.booking.store.payments import PaymentStore
from services.booking.usecases.confirm_request import ConfirmRequest
from shared.messaging.relay import Relay
from tests.integration.booking.paying import paying
from tests.integration.booking.world import opened

PAID: dict[str, tuple[type, str]] = {
    "heard, before Stripe is asked": (Stripe, "session"),
    "known to be paid, before it is confirmed": (ConfirmRequest, "__call__"),
    "confirmed, between appointment and claims": (BookingStore, "_move"),
    "confirmed, before that is published": (Relay, "publish_soon"),
}
REFUNDED: dict[str, tuple[type, str]] = {
    "cancelled, before that is published": (Relay, "publish_soon"),
    "cancelled, before Stripe is asked": (Stripe, "refunds"),
    "looked at, before the refund": (Stripe, "refund"),
    "refunded, before that is written": (PaymentStore, "save"),
}


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(step: str, url: str, sandbox: str, request: str) -> None:
    async with opened(url, seeded=False, **paying(sandbox)) as world:
        owner, name = (PAID | REFUNDED)[step]
        setattr(owner, name, die)
        told = json.loads(request)
        await world.client.post(told["path"], json=told["body"], headers=told["headers"])
        await world.due.run_due()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
