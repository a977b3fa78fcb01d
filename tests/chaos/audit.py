"""The audit from outside: only what the sandbox and the mailbox show, against what guests and staff were told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.people import Deal, Fate, Staff

_HOLD = "【仮】"
_CONFIRMED, _MOVED, _CANCELED = (
    f"アポイントメント{what}" for what in ("の日程が確定しました", "の日程が変更されました", "がキャンセルされました")
)


@dataclass
class Findings:
    """What is wrong, one line each, and what was counted."""

    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def expect(self, what: str, subject: str, found: int, wanted: int = 1, *, least: int | None = None) -> None:
        """``least`` where fewer may do."""
        self.counts[what] += found
        if not (wanted if least is None else least) <= found <= wanted:
            self.wrong.append(f"{subject}: {found} × {what}, not {wanted}")

    def hold(self, what: str, subject: str, *, true: bool) -> None:
        """Counts what was looked at, whatever came of it."""
        self.counts[what] += 1
        if not true:
            self.wrong.append(f"{subject}: not {what}")

    def __str__(self) -> str:
        counted = ", ".join(f"{name} {number}" for name, number in sorted(self.counts.items()))
        return f"{counted}; {len(self.wrong)} wrong" + "".join(f"\n  {line}" for line in self.wrong[:15])


class Outside:
    """Reads the sandbox."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.get(path, **query))["items"]
        return items

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        answer = await self._client.get(path, params=query)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def entries(self, member: Staff, what: str = "events") -> list[dict[str, Any]]:
        """All live entries in this person's own calendar, series once; or the ``occurrences`` of these."""
        key = "calendar" if member.calendar == "google" else "user"
        return await self.items(f"/inspect/{member.calendar}/{what}", **{key: member.email})

    async def calendar(self, member: Staff) -> list[str]:
        """Their titles."""
        return [title_of(entry) for entry in await self.entries(member)]

    async def mails(self) -> list[dict[str, Any]]:
        """Without their content."""
        return await self.items("/inspect/mails", brief="true")


def title_of(entry: dict[str, Any]) -> str:
    return str(entry.get("summary") or entry.get("subject") or "")


async def audit_confirmations(outside: Outside, deals: Sequence[Deal], staff: Sequence[Staff]) -> Findings:
    """One meeting, one entry per attendee's calendar, no hold, one mail of each kind per side (G10, G27)."""
    findings = Findings()
    meetings = Counter(meeting["topic"] for meeting in await outside.items("/inspect/zoom/meetings"))
    calendars = {member.email: Counter(await outside.calendar(member)) for member in staff}
    to_guests, to_staff = await _mails(outside)
    for deal in deals:
        if deal.status != 201:
            continue
        findings.counts["confirmations"] += 1
        findings.expect("meeting", deal.title, meetings[deal.title], int(deal.stands))
        for member in deal.staff:
            found = calendars[member.email][deal.title]
            findings.expect("entry", f"{deal.title} for {member.email}", found, int(deal.stands))
        for member in staff:
            findings.expect("hold", f"{deal.title} at {member.email}", calendars[member.email][_HOLD + deal.title], 0)
        _audit_mails(findings, deal, to_guests, to_staff)
    return findings


async def _mails(outside: Outside) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """To guests by kind and address, to staff by subject."""
    to_guests, to_staff = Counter[tuple[str, str]](), Counter[str]()
    for mail in await outside.mails():
        for kind in (_CONFIRMED, _MOVED, _CANCELED):
            if kind in mail["subject"]:
                to_guests.update((kind, address) for address in mail["to"])
        to_staff[mail["subject"]] += 1
    return to_guests, to_staff


def _audit_mails(findings: Findings, deal: Deal, to_guests: Counter[tuple[str, str]], to_staff: Counter[str]) -> None:
    """What overtook a confirmation that waited for its link may take its place."""
    overtaken = None if deal.fate is Fate.STANDS else 0
    line, many = f"ABC株式会社:{deal.title}様", len(deal.staff)
    findings.expect("guest mail", deal.title, to_guests[_CONFIRMED, deal.guest_email], least=overtaken)
    findings.expect("staff mail", deal.title, to_staff[line], many, least=overtaken)
    moved, canceled = deal.fate is Fate.MOVED, deal.fate is Fate.CANCELED
    findings.expect("mail of a move", deal.title, to_guests[_MOVED, deal.guest_email], int(moved))
    findings.expect("mail of a move", deal.title, to_staff[f"日程変更:{line}"], many * moved)
    findings.expect("mail of a cancellation", deal.title, to_guests[_CANCELED, deal.guest_email], int(canceled))
    findings.expect("mail of a cancellation", deal.title, to_staff[f"キャンセル:{line}"], many * canceled)


async def audit_reminders(outside: Outside, deals: Sequence[Deal], day: str = "") -> Findings:
    """One reminder per side and occurrence until this day for each appointment that stands (G21), none of another
    (G22).
    """
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
            due = sum(not day or start.date().isoformat() <= day for start in deal.starts) if deal.stands else 0
            findings.expect("guest reminder", deal.title, guests[deal.guest_email], due)
            findings.expect("staff reminder", deal.title, staff[deal.title], due * len(deal.staff))
    return findings
