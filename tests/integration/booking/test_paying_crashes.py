"""G27, H13: booking is killed (SIGKILL) between webhook and confirmation, or between cancellation and refund: nothing
is lost, nothing is confirmed, paid or given back twice.
"""

import asyncio
import json
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.infrastructure.database import opened_database
from tests.integration.booking.dying_paid import PAID, REFUNDED
from tests.integration.booking.paying import CANCELED, CONFIRMED, Till
from tests.waiting import eventually


async def killed_at(step: str, url: str, till: Till, path: str, body: Any, **headers: str) -> None:
    """And what a dead process leaves is over: its transaction, which mongod ends after a minute, and its lease."""
    request = json.dumps({"path": path, "body": body, "headers": headers})
    sandbox = str(till.outside.base_url).rstrip("/")
    arguments = ("-m", "tests.integration.booking.dying_paid", step, url, sandbox, request)
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == -signal.SIGKILL
    async with opened_database(url) as database:
        await database.client.admin.command({"killAllSessions": []})
    over = {"$set": {"lease.until": datetime.now(UTC) - timedelta(seconds=1)}}
    await till.world.stores.bookings.appointments.update_many({"lease": {"$ne": None}}, over)
    await till.forward(timedelta(minutes=1))


@pytest.mark.parametrize("step", PAID)
async def test_g27_killed_between_the_webhook_and_the_confirmation_it_is_confirmed_once(
    till: Till, booking_url: str, step: str
) -> None:
    booked = await till.booked()
    await till.pay(booked)
    await eventually(lambda: till.hooks.posts)
    posted = till.hooks.posts[0]
    told = {"headers": posted.headers, "body": posted.body.decode(), "query": {}}
    await killed_at(step, booking_url, till, "/internal/notifications/stripe", told)

    await till.reaches(booked, "confirmed", "paid")
    await till.deliver()  # Stripe had no answer, and comes again
    await till.world.due.run_due()
    assert await till.events() == [CONFIRMED]
    assert await till.steps(booked) == ["held", "paid"]
    assert (len(await till.items("sessions")), await till.items("refunds")) == (1, [])


@pytest.mark.parametrize("step", REFUNDED)
async def test_g27_killed_between_the_cancellation_and_the_refund_it_is_given_back_once(
    till: Till, booking_url: str, step: str
) -> None:
    booked = await till.confirmed()
    token = booked["manage_url"].rpartition("/")[2]
    path = "/internal/guest/appointment/cancel"
    await killed_at(step, booking_url, till, path, {}, **{"x-guest-token": token})

    await till.reaches(booked, "canceled", "refunded")
    await till.world.due.run_due()
    assert (await till.events()).count(CANCELED) == 1
    assert await till.steps(booked) == ["held", "paid", "refunded"]
    assert [one["amount"] for one in await till.items("refunds")] == [5500]
