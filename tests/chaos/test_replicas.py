"""Two processes of every service side by side, under load, each of them killed once while guests confirm.

What is cut: each of the twelve by SIGKILL, one after the other, with messages, due rows and requests under way. What
must hold: G10, G21, G27, and that both of each pair did their part before.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from deploy.demo.accounts import more_staff
from tests.chaos.audit import Findings, Outside, audit_confirmations, audit_reminders
from tests.chaos.people import Deal, Staff, confirm, propose, sign_in
from tests.infrastructure.demo import RunningDemo, free_layout, start_demo
from tests.infrastructure.work import shares, work_done
from tests.waiting import eventually

STAFF = 16
AT_ONCE = 12
LEAST_SHARE = 0.1
"""Of what would be fair: the broker and the front deal out in turns, and no more is asked than that both work."""
TOKYO = ZoneInfo("Asia/Tokyo")
LIFTED = {
    "gateway": {
        "CHOSEI_GUEST_REQUESTS_PER_MINUTE_AND_IP": "1000000",
        "CHOSEI_CONFIRMS_PER_MINUTE_AND_LINK": "1000000",
    }
}


@dataclass
class Company:
    """A demo of two of each, its staff, and ways to look at it from outside."""

    demo: RunningDemo
    system: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    staff: list[Staff]

    @property
    def outside(self) -> Outside:
        return Outside(self.sandbox)


@asynccontextmanager
async def two_of_each() -> AsyncIterator[Company]:
    environment = {"CHOSEI_DEMO_SETTINGS": json.dumps(LIFTED)}
    async with start_demo(staff=STAFF, environment=environment, layout=free_layout(replicas=2)) as demo:
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with (
            httpx.AsyncClient(base_url=demo.gateway_url, timeout=30, limits=limits) as system,
            httpx.AsyncClient(base_url=demo.sandbox_url, timeout=30) as sandbox,
        ):
            members = more_staff(STAFF)
            staff = await asyncio.gather(*(sign_in(system, m.email, m.password, m.calendar) for m in members))
            yield Company(demo, system, sandbox, staff)


def deals_of(staff: Sequence[Staff], day: int) -> list[Deal]:
    """One each on that day, every other with a colleague whose own is at another hour."""
    midnight = datetime.now(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3 + day)
    return [
        Deal(
            title=f"並走{day}{number:02}番",
            staff=[owner, *([staff[(number + STAFF // 2) % STAFF]] if number % 2 else [])],
            guest_email=f"guest{day}{number:02}@side-by-side.example",
            day=midnight,
        )
        for number, owner in enumerate(staff)
    ]


def first_hour(number: int) -> int:
    return 9 if number < STAFF // 2 else 14


async def in_parallel(work: Sequence[Coroutine[Any, Any, None]], done: asyncio.Semaphore | None = None) -> None:
    """A dozen at once; each that is through is counted in ``done``."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(job: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await job
        if done is not None:
            done.release()

    await asyncio.gather(*(one(job) for job in work))


async def confirm_all(company: Company, deals: Sequence[Deal], done: asyncio.Semaphore | None = None) -> None:
    await in_parallel([propose(company.system, deal, first_hour(n)) for n, deal in enumerate(deals)], done)
    await in_parallel([confirm(company.system, deal, n % 3) for n, deal in enumerate(deals)], done)


async def kill_each(demo: RunningDemo, done: asyncio.Semaphore, every: int) -> None:
    """One process after the other, each when so many more steps are done; its twin goes on meanwhile."""
    names = [replica.name for replica in demo.replicas]
    for name in random.Random(7).sample(names, len(names)):
        for _ in range(every):
            await done.acquire()
        await eventually(lambda name=name: demo.process(name).alive)
        await demo.kill(name)


async def clean(audit: Any, *arguments: Any) -> Findings:
    """The audit's findings once nothing is wrong any more, or after three minutes what still is."""
    findings = Findings()

    async def is_clean() -> bool:
        nonlocal findings
        findings = await audit(*arguments)
        return not findings.wrong

    try:
        await eventually(is_clean, timeout=180, interval=1)
    except AssertionError:
        return findings
    return findings


@pytest.mark.slow
async def test_g10_g21_g27_two_of_every_service_share_the_work_and_nothing_is_doubled_when_any_is_killed() -> None:
    async with two_of_each() as company:
        calm, attacked = deals_of(company.staff, 0), deals_of(company.staff, 1)
        before = await work_done(company.demo)
        await confirm_all(company, calm)
        assert (await clean(audit_confirmations, company.outside, calm, company.staff)).wrong == []
        parts = shares(company.demo, before, await work_done(company.demo))
        assert {name: part for name, part in parts.items() if part < LEAST_SHARE} == {}

        done = asyncio.Semaphore(0)
        killing = asyncio.create_task(kill_each(company.demo, done, every=len(attacked) * 2 // len(parts)))
        await confirm_all(company, attacked, done)
        await killing
        everything = [*calm, *attacked]
        assert [deal.title for deal in everything if deal.status != 201] == []
        assert (await clean(audit_confirmations, company.outside, everything, company.staff)).wrong == []

        for day in sorted({deal.day for deal in everything}):
            seven = day + timedelta(hours=7, seconds=5)
            (await company.sandbox.post("/inspect/clock", json={"now": seven.isoformat()})).raise_for_status()
            so_far = [deal for deal in everything if deal.day <= day]
            assert (await clean(audit_reminders, company.outside, so_far)).wrong == []
        assert (await clean(audit_confirmations, company.outside, everything, company.staff)).wrong == []
