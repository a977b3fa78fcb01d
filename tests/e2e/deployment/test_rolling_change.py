"""G27: every service is replaced, one by one, while guests confirm; nobody outside notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from deploy.credentials import SERVICES
from tests.chaos.audit import Findings, Outside, audit_confirmations
from tests.chaos.people import Deal, Staff
from tests.e2e.deployment.conftest import Installation
from tests.e2e.deployment.replicas import Successor, take_over
from tests.e2e.main_job.conftest import ADMIN, TARO, System
from tests.waiting import eventually

GUESTS = 2
PAUSE_SECONDS = 0.3
LEAST = 10


@dataclass
class Guests:
    """They are offered a time, look at it and confirm it, over and over, and never ask twice."""

    system: System
    deals: list[Deal] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._go_on()) for _ in range(GUESTS)]
        try:
            yield
        finally:
            self._stopped.set()
            await asyncio.gather(*tasks)

    async def more(self, count: int) -> None:
        """Wait until so many have confirmed from now on."""
        wanted = self._confirmed() + count
        await eventually(lambda: self.failed or self._confirmed() >= wanted)

    def _confirmed(self) -> int:
        return sum(deal.status == 201 for deal in self.deals)

    async def _go_on(self) -> None:
        while not self._stopped.is_set():
            deal = self._next()
            try:
                await self._one(deal)
            except httpx.HTTPError as error:
                self.failed.append(f"{deal.title}: {error!r}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), PAUSE_SECONDS)

    def _next(self) -> Deal:
        number, system = len(self.deals), self.system
        staff = [Staff(system.ids[email], email, kind, {}) for email, kind in ((TARO, "microsoft"), (ADMIN, "google"))]
        deal = Deal(f"交代{number:03}番", staff, f"guest{number:03}@rolling.example", datetime.now().astimezone())
        self.deals.append(deal)
        return deal

    async def _one(self, deal: Deal) -> None:
        guest = {"company": "ABC株式会社", "name": deal.title, "email": deal.guest_email}
        times = await self.system.free_times(1)
        proposed = await self.system.propose(title=deal.title, guest=guest, times=times, send_mail=False)
        self._expect(deal, "propose", proposed, 201)
        if proposed.status_code == 201:
            proposal = proposed.json()
            seen = await self.system.api.get(urlsplit(proposal["guest_url"]).path)
            self._expect(deal, "look", seen, 200)
            confirmed = await self.system.confirm(proposal, name=deal.title)
            self._expect(deal, "confirm", confirmed, 201)
            deal.status = confirmed.status_code

    def _expect(self, deal: Deal, what: str, answer: httpx.Response, wanted: int) -> None:
        if answer.status_code != wanted:
            self.failed.append(f"{deal.title}: {what} {answer.status_code} {answer.text[:200]}")


async def test_g27_every_service_is_replaced_under_load_and_no_request_fails(installation: Installation) -> None:
    demo, guests = installation.demo, Guests(installation.system)
    successors: dict[str, Successor] = {}

    async def start(service: str) -> None:
        successors[service] = await Successor.start(service, demo.layout, installation.settings[service])

    try:
        async with guests.busy():
            await asyncio.gather(*(start(service) for service in SERVICES))
            formers = []
            for service in SERVICES:
                formers.append(take_over(demo, service, installation.fronts[service], successors[service].port))
                await guests.more(2)
            await eventually(lambda: not any(former.alive for former in formers))
            await guests.more(2)
        assert guests.failed == []
        assert {front.refused for front in installation.fronts.values()} == {0}
        assert len(guests.deals) >= LEAST
        assert (await settled(installation.system, guests.deals)).wrong == []
    finally:
        for service, front in installation.fronts.items():
            front.leads_to = (demo.layout.service_port(service),)
        for successor in successors.values():
            successor.kill()
            await successor.ended()


async def settled(system: System, deals: list[Deal]) -> Findings:
    """What the audit finds in the end: one meeting, one entry for each, no hold, one mail for each side."""
    findings = Findings()

    async def clean() -> bool:
        nonlocal findings
        findings = await audit_confirmations(Outside(system.sandbox), deals, deals[0].staff)
        return not findings.wrong

    with suppress(AssertionError):
        await eventually(clean, interval=0.5)
    return findings
