"""G27: a process that is killed (SIGKILL) between any two steps of registering leaves all of it or nothing."""

import asyncio
import json
import signal
import sys

import pytest

from services.booking.model.spans import Span
from tests.infrastructure.database import opened_database
from tests.integration.booking.dying import STEPS
from tests.integration.booking.test_registering import a_schedule
from tests.integration.booking.world import TARO, World, in_tokyo


async def killed_at(step: str, url: str, body: str, *, path: str = "/appointments") -> None:
    """A transaction that nobody ends mongod ends after a minute; here at once."""
    arguments = ("-m", "tests.integration.booking.dying", step, url, body, "k1", path)
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == -signal.SIGKILL
    async with opened_database(url) as database:
        await database.client.admin.command({"killAllSessions": []})


async def owned(world: World) -> int:
    claims = await world.stores.guards.of_staff("org_sample", [TARO], Span(in_tokyo(0, 0), in_tokyo(60, 0)))
    return len(claims.get(TARO, ()))


@pytest.mark.parametrize("step", [step for step in STEPS if step != "before the change"])
async def test_g27_a_registration_that_is_killed_is_there_whole_or_not_at_all(
    world: World, booking_url: str, step: str
) -> None:
    body = a_schedule()
    await killed_at(step, booking_url, json.dumps(body))
    made = 1 if step == "after the commit" else 0
    assert (await owned(world), len(await world.published("booking.appointment_confirmed.v1"))) == (made, made)
    again = await world.call("POST", "/appointments", body, headers={"idempotency-key": "k1"})
    assert again.status_code == 201, again.text
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert (event.subject, await owned(world)) == (again.json()["id"], 1)
