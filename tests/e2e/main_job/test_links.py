"""G12 at full strength, seen from outside: after any sequence of changes, while providers fail, the link in the newest
mails, the entries and the guest's page is one and the same and leads to the meeting; all that were before are dead.
"""

import html
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.e2e.main_job.conftest import ADMIN, TARO, System
from tests.waiting import eventually

FAULTS = [
    {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "lost_answer", "times": 1},
    {"provider": "zoom", "method": "DELETE", "path": "/v2/meetings", "kind": "status", "status": 503, "times": 1},
    {"provider": "zoom", "method": "PATCH", "path": "/v2/meetings", "kind": "status", "status": 503, "times": 1},
    {"provider": "google", "method": "POST", "path": "/calendars", "kind": "lost_answer", "times": 1},
    {"provider": "microsoft", "method": "PATCH", "path": "/events", "kind": "status", "status": 503, "times": 1},
]


@dataclass
class Life:
    """One appointment, what was done to it, and every link that anybody ever had."""

    system: System
    title: str
    path: str
    guest: str
    chance: random.Random
    links: set[str] = field(default_factory=set)
    ways: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    async def shown(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.system.api.get(self.path, headers=self.system.headers[TARO])).json()
        return answer

    async def patch(self, **body: Any) -> None:
        answer = await self.system.api.patch(self.path, json=body, headers=self.system.headers[TARO])
        assert answer.status_code == 200, (self.done, answer.text)

    async def move(self) -> None:
        [(start, end)] = await self.system.free_times(1)
        await self.patch(start=start.isoformat(), end=end.isoformat())

    async def change_organizer(self) -> None:
        ids = self.system.ids
        other = ids[ADMIN] if (await self.shown())["organizer_id"] == ids[TARO] else ids[TARO]
        await self.patch(organizer_id=other, attendee_ids=[ids[TARO], ids[ADMIN]])

    async def replace_guest(self) -> None:
        number = len(self.done)
        self.guest = f"g12-{self.title[-1]}-{number}@example.com"
        await self.patch(guest={"name": f"客{number}", "email": self.guest})

    async def leave_or_join(self) -> None:
        now = await self.shown()
        both = [self.system.ids[TARO], self.system.ids[ADMIN]]
        await self.patch(attendee_ids=both if len(now["attendees"]) == 1 else [now["organizer_id"]])

    async def change_kind(self) -> None:
        await self.patch(kind="visit")
        await self.patch(kind="web")

    async def revoke(self) -> None:
        path, headers = f"{self.path}/join-link", self.system.headers[TARO]
        answer = await self.system.api.post(path, json={"revoke": True}, headers=headers)
        assert answer.status_code == 200, answer.text

    async def cancel(self) -> None:
        answer = await self.system.api.delete(self.path, headers=self.system.headers[TARO])
        assert answer.status_code == 200, answer.text

    async def do(self, name: str) -> None:
        now = await self.shown()
        self.links |= {now["meeting"]["join_url"]} - {None}
        self.ways.add(now["guest_join_url"])
        self.done.append(name)
        step: Callable[[], Awaitable[None]] = getattr(self, name)
        await step()

    async def wrong(self) -> str | None:
        """What is not (yet) as it has to be."""
        now = await self.shown()
        link = now["meeting"]["join_url"]
        if (now["meeting"]["status"], now["calendar"]["status"]) != ("issued", "written"):
            return "meeting or calendar"
        page = await self.system.api.get(f"/api/v1/guest/proposals/{now['guest_url'].rpartition('/')[2]}")
        if page.json()["appointment"]["meeting"]["join_url"] != link:
            return "page"
        for address in (self.guest, TARO):
            mails = [one for one in await self.system.items("/inspect/mails", to=address) if self.title in one["text"]]
            if not mails or link not in mails[0]["text"]:
                return f"newest mail to {address}"
        for attendee in now["attendees"]:
            entries = await self.system.entries(attendee["email"], self.title)
            if len(entries) != 1 or link not in str(entries[0]):
                return f"entry of {attendee['email']}"
        meetings = await self.system.meetings(self.title)
        starts = [datetime.fromisoformat(one["start_time"]) for one in meetings]
        if starts != [datetime.fromisoformat(now["start"])]:
            return "meetings at Zoom"
        return await self.wrong_links(link, now["guest_join_url"])

    async def wrong_links(self, link: str | None, way: str) -> str | None:
        """The one that is valid leads in; all others are dead."""
        for one in self.links | ({link} if link else set()):
            if (await self.system.sandbox.get(one)).status_code != (200 if one == link else 404):
                return f"answer of Zoom ({one == link})"
        followed = await self.system.api.get(way, follow_redirects=False)
        if link and (followed.status_code, followed.headers.get("location")) != (303, link):
            return "join link"
        dead = [(await self.system.api.get(one)).status_code for one in self.ways - {way}]
        return None if set(dead) <= {404} else "dead join links"


STEPS = ("move", "change_organizer", "replace_guest", "leave_or_join", "change_kind", "revoke")


@pytest.mark.parametrize("seed", [1, 2])
async def test_g12_c9_after_any_sequence_of_changes_one_link_is_told_everywhere_and_the_dead_are_dead(
    system: System, seed: int
) -> None:
    chance, title, guest = random.Random(seed), f"連続した変更{seed}", f"g12-{seed}@example.com"
    proposal = await system.proposed(title=title, guest={"name": "初代", "email": guest})
    assert (await system.confirm(proposal, name="初代")).status_code == 201
    appointment = await system.issued(proposal)
    life = Life(system, title, f"/api/v1/appointments/{appointment['id']}", guest, chance)
    steps = chance.sample(STEPS, len(STEPS))
    for number in range(0, len(steps), 2):
        await system.faults(*chance.sample(FAULTS, 2))
        for name in steps[number : number + 2]:
            await life.do(name)

        async def right() -> bool:
            return await life.wrong() is None

        try:
            await eventually(right, interval=0.5)
        except AssertionError as error:
            raise AssertionError(f"after {life.done}: {await life.wrong()}") from error
    await system.faults()
    await life.do("cancel")

    async def gone() -> bool:
        way = (await life.shown())["guest_join_url"]
        return await life.wrong_links(None, way) is None and (await system.api.get(way)).status_code == 410

    await eventually(gone)


async def test_g07_a_scanner_that_opens_every_link_of_every_mail_changes_nothing(system: System) -> None:
    title, guest = "すべてのリンク", "scanner@example.com"
    settings = "/api/v1/organization"
    await system.api.patch(settings, json={"mail_links": "both"}, headers=system.headers[ADMIN])
    try:
        proposal = await system.proposed(title=title, guest={"name": "検査", "email": guest})
        assert (await system.confirm(proposal, name="検査")).status_code == 201
        before = await system.issued(proposal)
        await eventually(lambda: system.mails(guest, "確定しました"))
        await eventually(lambda: system.mails(TARO, "検査様"))
        mails = [one for to in (guest, TARO) for one in await system.items("/inspect/mails", to=to)]
        mine = [html.unescape(one["text"] + one["html"] + (one["ics"] or "")) for one in mails if title in one["text"]]
        found = {
            url.rstrip(")。\\") for text in mine for url in re.findall(r"https?://[!-~]+?(?=[\s\"<>])", text + " ")
        }
        ours = {url for url in found if url.startswith(system.demo.gateway_url)}
        for kind in ("/g/", "/j/", f"/appointments/{before['id']}/join"):
            assert any(kind in url for url in ours), (kind, ours)
        async with httpx.AsyncClient(timeout=30) as scanner:
            for url in ours:
                assert (await scanner.head(url)).status_code < 500
                assert (await scanner.get(url)).status_code < 500
        after = await system.appointment_of(proposal)
        for name in ("version", "status", "start", "guest", "guest_url", "guest_join_url", "meeting"):
            assert after[name] == before[name]
    finally:
        await system.api.patch(settings, json={"mail_links": "raw"}, headers=system.headers[ADMIN])
