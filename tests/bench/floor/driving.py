"""Drives a floor: one confirmation of nothing, and when all that follows from it has happened."""

import time
from collections.abc import Mapping
from typing import Any

from shared.ids import new_id
from tests.bench.floor.framework import routing_key
from tests.bench.floor.steps import FILED, ISSUED, MAILED, RELEASED, WRITTEN
from tests.bench.http1 import Client

AFTERMATH: Mapping[str, int] = {ISSUED: 1, FILED: 1, RELEASED: 2, WRITTEN: 2, MAILED: 2}
ROUTING_KEYS = [routing_key(event) for event in AFTERMATH]
_BODY = b'{"slot_id":"slt_0","name":"nobody","company":"nothing","time_zone":"Asia/Tokyo","locale":"ja"}'


def read(event: dict[str, Any]) -> list[tuple[str, str, str, float]]:
    """For the watch; every event counts once."""
    return [(event["subject"], event["type"], new_id("evt"), event["mailed_at"])]


async def confirm(client: Client) -> tuple[str, float, float]:
    """The subject, when it was clicked (seconds since the epoch), and how long the answer took."""
    token = new_id("flr")
    clicked, began = time.time(), time.perf_counter()
    answer = await client.post(f"/confirm/{token}", _BODY)
    assert answer.status == 201, answer
    return token, clicked, time.perf_counter() - began
