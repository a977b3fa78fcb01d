"""Confirmations while services, broker and database are killed and a tenth of all provider calls fails.

What is cut: every service by SIGKILL every second or two, RabbitMQ and mongod once each, calls to Zoom, Google,
Microsoft and SMTP (errors, throttling, slowness, time-outs, answers lost after the work was done). What must hold: G1,
G10, G21, G22, G27. ``CHOSEI_CHAOS`` says how many: a hundred with all other tests, 300 with ``make chaos``.
"""

import asyncio
import json
import os
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from deploy.demo.accounts import LOGINS, more_staff
from tests.chaos.audit import Findings, Outside, audit_confirmations, audit_reminders
from tests.chaos.monkey import SERVICES, Monkey, set_faults, tenth_of_all_calls
from tests.chaos.people import Deal, Staff, confirm, propose, sign_in
from tests.infrastructure.demo import RunningDemo, start_demo
from tests.waiting import eventually

STAFF = 50
PROPOSALS = int(os.environ.get("CHOSEI_CHAOS", "100"))
AT_ONCE = 24
TOKYO = ZoneInfo("Asia/Tokyo")
LIFTED = {
    "gateway": {
        "CHOSEI_GUEST_REQUESTS_PER_MINUTE_AND_IP": "1000000",
        "CHOSEI_CONFIRMS_PER_MINUTE_AND_LINK": "1000000",
    }
}
"""All guests come from one address here; the limits per address have tests of their own (G24)."""


def all_deals(staff: list[Staff]) -> list[Deal]:
    """Fifty proposals a day; on every other day with a colleague, whose hours do not collide with their own."""
    today = datetime.now(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    deals = []
    for number in range(PROPOSALS):
        owner, day = number % STAFF, number // STAFF
        colleague = [staff[(owner + STAFF // 2) % STAFF]] if day % 2 else []
        deals.append(
            Deal(
                title=f"商談{number:03}番",
                staff=[staff[owner], *colleague],
                guest_email=f"guest{number:03}@customer.example",
                day=today + timedelta(days=3 + day),
            )
        )
    return deals


def first_hour(number: int) -> int:
    return 9 if number % STAFF < STAFF // 2 else 14


async def in_parallel(work: list[object]) -> None:
    """At most a couple of dozen at once, as many guests as a busy minute has."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(job: object) -> None:
        async with gate:
            await job  # type: ignore[misc]

    await asyncio.gather(*(one(job) for job in work))


async def everyone(client: httpx.AsyncClient) -> list[Staff]:
    members = more_staff(STAFF)
    return await asyncio.gather(*(sign_in(client, m.email, m.password, m.calendar) for m in members))


async def settled(outside: Outside, deals: list[Deal], staff: list[Staff]) -> Findings:
    """The audit's findings once nothing is wrong any more, or after three minutes what still is."""
    findings = Findings()

    async def clean() -> bool:
        nonlocal findings
        findings = await audit_confirmations(outside, deals, staff)
        return not findings.wrong

    try:
        await eventually(clean, timeout=180, interval=3)
    except AssertionError:
        return findings
    return findings


@pytest.mark.slow
async def test_g10_g27_confirmations_survive_everything() -> None:
    async with start_demo(staff=STAFF, environment={"CHOSEI_DEMO_SETTINGS": json.dumps(LIFTED)}) as demo:
        limits = httpx.Limits(max_connections=100)
        async with (
            httpx.AsyncClient(base_url=demo.gateway_url, timeout=30, limits=limits) as system,
            httpx.AsyncClient(base_url=demo.sandbox_url, timeout=30) as sandbox,
        ):
            staff = await everyone(system)
            deals = all_deals(staff)
            kills = await under_attack(demo, system, sandbox, deals)
            outside = Outside(sandbox)
            findings = await settled(outside, deals, staff)
            print(f"\nkilled: {dict(kills)}\naudit: {findings}")  # noqa: T201 - the counts belong to the result
            assert set(kills) == {*SERVICES, "rabbitmq", "mongod"}
            assert [deal.title for deal in deals if deal.status != 201] == []
            assert findings.wrong == []

            reminders = await seven_o_clock_each_day(sandbox, outside, deals)
            print(f"reminders: {reminders}")  # noqa: T201
            assert reminders.wrong == []
            assert (await audit_confirmations(outside, deals, staff)).wrong == []


async def under_attack(
    demo: RunningDemo, system: httpx.AsyncClient, sandbox: httpx.AsyncClient, deals: list[Deal]
) -> dict[str, int]:
    """Propose and confirm everything with the monkey loose; then let all of it get well."""
    monkey, stop = Monkey(demo, seed=7), asyncio.Event()
    await set_faults(sandbox, tenth_of_all_calls())
    rage = asyncio.create_task(monkey.rage(stop))
    await in_parallel([propose(system, deal, first_hour(number)) for number, deal in enumerate(deals)])
    await in_parallel([confirm(system, deal, number % 3) for number, deal in enumerate(deals)])
    stop.set()
    await rage
    await set_faults(sandbox, [])
    return dict(monkey.kills)


async def seven_o_clock_each_day(sandbox: httpx.AsyncClient, outside: Outside, deals: list[Deal]) -> Findings:
    """Move the clock to each morning; everybody gets exactly one reminder that day."""
    findings = Findings()
    for day in sorted({deal.day for deal in deals}):
        seven = day + timedelta(hours=7, seconds=5)
        (await sandbox.post("/inspect/clock", json={"now": seven.isoformat()})).raise_for_status()
        so_far = [deal for deal in deals if deal.day <= day]

        async def clean(so_far: list[Deal] = so_far) -> bool:
            nonlocal findings
            findings = await audit_reminders(outside, so_far)
            return not findings.wrong

        try:
            await eventually(clean, timeout=60, interval=1)
        except AssertionError:
            return findings
    return findings


def test_the_demo_has_more_people_than_the_two_logins() -> None:
    assert len({member.email for member in (*LOGINS, *more_staff(STAFF))}) == STAFF + 2
