"""Posts to booking and dies by SIGKILL at a step: ``python -m … STEP URL BODY KEY PATH``."""

import asyncio
import json
import os
import signal
import sys
from typing import Any

from services.booking.store import bookings
from shared.messaging.relay import Relay
from tests.integration.booking.world import opened

STEPS: dict[str, tuple[type, str]] = {
    "before the transaction": (bookings.BookingStore, "register"),
    "before the change": (bookings.BookingStore, "save_appointment"),
    "between appointment and claims": (bookings.BookingStore, "_move"),
    "after the commit": (Relay, "publish_soon"),
}


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(step: str, url: str, body: str, key: str, path: str) -> None:
    async with opened(url, seeded=False) as world:
        owner, name = STEPS[step]
        setattr(owner, name, die)
        await world.call("POST", path, json.loads(body), headers={"idempotency-key": key})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
