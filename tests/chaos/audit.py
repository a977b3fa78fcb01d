"""The audit from outside: only what the sandbox and the mailbox show, against what guests were told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.people import Deal, Staff

_HOLD = "【仮】"


@dataclass
class Findings:
    """What is wrong, one line each, and what was counted."""

    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def expect(self, what: str, subject: str, found: int, wanted: int = 1) -> None:
        self.counts[what] += found
        if found != wanted:
            self.wrong.append(f"{subject}: {found} × {what}, not {wanted}")

    def __str__(self) -> str:
        counted = ", ".join(f"{name} {number}" for name, number in sorted(self.counts.items()))
        return f"{counted}; {len(self.wrong)} wrong" + "".join(f"\n  {line}" for line in self.wrong[:15])


class Outside:
    """Reads the sandbox."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = await self._client.get(path, params=query)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def calendar(self, member: Staff) -> list[str]:
        """Titles of all live entries in this person's own calendar."""
        if member.calendar == "google":
            return [e.get("summary", "") for e in await self.items("/inspect/google/events", calendar=member.email)]
        return [e.get("subject", "") for e in await self.items("/inspect/microsoft/events", user=member.email)]

    async def mails(self) -> list[dict[str, Any]]:
        return await self.items("/inspect/mails")


async def audit_confirmations(outside: Outside, deals: Sequence[Deal], staff: Sequence[Staff]) -> Findings:
    """One meeting, one entry per attendee's calendar, no hold, one confirmation mail per side (G10, G27)."""
    findings = Findings()
    meetings = Counter(meeting["topic"] for meeting in await outside.items("/inspect/zoom/meetings"))
    calendars = {member.email: Counter(await outside.calendar(member)) for member in staff}
    guest_mails, staff_mails = Counter[str](), Counter[str]()
    for mail in await outside.mails():
        if "アポイントメントの日程が確定しました" in mail["subject"]:
            guest_mails.update(mail["to"])
        staff_mails[mail["subject"]] += 1
    for deal in deals:
        if deal.status != 201:
            continue
        findings.counts["confirmations"] += 1
        findings.expect("meeting", deal.title, meetings[deal.title])
        for member in deal.staff:
            findings.expect("entry", f"{deal.title} for {member.email}", calendars[member.email][deal.title])
        for member in staff:
            findings.expect("hold", f"{deal.title} at {member.email}", calendars[member.email][_HOLD + deal.title], 0)
        findings.expect("guest mail", deal.title, guest_mails[deal.guest_email])
        findings.expect("staff mail", deal.title, staff_mails[f"ABC株式会社:{deal.title}様"], len(deal.staff))
    return findings


async def audit_reminders(outside: Outside, deals: Sequence[Deal]) -> Findings:
    """One reminder per side for each confirmed appointment (G21)."""
    findings = Findings()
    guests, staff = Counter[str](), Counter[str]()
    for mail in await outside.mails():
        if "予定のリマインド" not in mail["subject"]:
            continue
        if mail["subject"].startswith("本日の"):
            name = mail["subject"].split(":")[-1].split("様")[0]
            staff[name] += 1
        else:
            guests.update(mail["to"])
    for deal in deals:
        if deal.status == 201:
            findings.expect("guest reminder", deal.title, guests[deal.guest_email])
            findings.expect("staff reminder", deal.title, staff[deal.title], len(deal.staff))
    return findings
