"""What guests and staff would see of five guarantees afterwards: they ask, look and open links; nothing may change by
it.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar

from tests.chaos.audit import Findings, title_of
from tests.chaos.people import Deal, Fate, Source, persist
from tests.chaos.witness import Witness, each, links, meeting_starts, single_entries, span, told

_LINK = re.compile(r"https?://[^\s<>\"']+")
_EVERY = 10
"""Of the appointments, one in so many is tried."""


async def g02(witness: Witness) -> Findings:
    """Whatever is confirmed owns its time: nobody proposes over it, whatever they allow."""
    findings = Findings()

    async def propose_over(deal: Deal) -> None:
        start = datetime.fromisoformat(deal.start)
        body = {
            "kind": "web",
            "title": f"{deal.title}の後",
            "attendee_ids": [deal.staff[0].staff_id],
            "slots": [{"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}],
            "guest": {"company": "ABC株式会社", "name": "後", "email": deal.guest_email},
            "allow_overlap": True,
            "send_mail": False,
        }
        answer = await persist(witness.system, "POST", "/api/v1/proposals", json=body, headers=deal.staff[0].headers)
        refused = (answer.status_code, answer.json().get("code")) == (409, "slot_taken")
        findings.hold("owned time refused", f"{deal.title}: {answer.status_code}", true=refused)

    await each(witness.standing[::_EVERY], propose_over)
    return findings


async def g05(witness: Witness) -> Findings:
    """Shown means bookable: no page shows a time at which somebody it needs is taken."""
    findings = Findings()
    taken = {one.email: [span(entry) for entry in await single_entries(witness, one)] for one in witness.staff}

    async def look(deal: Deal) -> None:
        path = f"/api/v1/guest/pages/{deal.slug}/slots"
        query = {"from": deal.day.isoformat(), "to": (deal.day + timedelta(days=1)).isoformat()}
        for slot in (await persist(witness.system, "GET", path, params=query)).json()["slots"]:
            start, end = (datetime.fromisoformat(slot[side]).astimezone(UTC) for side in ("start", "end"))
            busy = [
                member.email
                for member in deal.staff
                if any(begin < end and start < finish for begin, finish in taken[member.email])
            ]
            findings.hold("shown time free", f"{deal.title} at {start} of {busy}", true=not busy)

    await each([deal for deal in witness.deals if deal.source is Source.PAGE], look)
    return findings


async def g06(witness: Witness) -> Findings:
    """Never an hour off: invitation, Zoom, API and what was told say one instant."""
    findings = Findings()
    meetings = await meeting_starts(witness)
    shown = {one["title"]: datetime.fromisoformat(one["start"]) for one in await witness.all_appointments()}

    async def compare(deal: Deal) -> None:
        mails = await witness.outside.items("/inspect/mails", to=deal.guest_email)
        invitation = next((mail["ics"] for mail in mails if mail["ics"]), None)
        said = {shown[deal.title].astimezone(UTC), meetings[deal.title][0], told(deal)[0]}
        if invitation:
            said.add(_first_start(invitation))
        findings.hold("one instant", f"{deal.title}: {sorted(map(str, said))}", true=len(said) == 1)

    await each(witness.standing, compare)
    return findings


def _first_start(invitation: str) -> datetime:
    starts = [event.DTSTART for event in Calendar.from_ical(invitation).events]
    return min(start.astimezone(UTC) for start in starts if isinstance(start, datetime))


async def g07(witness: Witness) -> Findings:
    """Stale links are safe: who opens every link of every mail, twice and in both ways, changes nothing."""
    findings = Findings()

    async def scan(deal: Deal) -> None:
        before = await _state(witness, deal)
        for mail in await witness.outside.items("/inspect/mails", to=deal.guest_email):
            for link in set(_LINK.findall(mail["text"] or "")):
                if link.startswith(witness.demo.gateway_url):
                    for method in ("HEAD", "GET"):
                        await persist(witness.system, method, link)
                        findings.counts["links opened"] += 1
        findings.hold("untouched appointment", deal.title, true=await _state(witness, deal) == before)

    await each([deal for deal in witness.deals if deal.status == 201][::_EVERY], scan)
    return findings


async def _state(witness: Witness, deal: Deal) -> dict[str, Any]:
    appointment = await witness.api(f"/api/v1/appointments/{deal.answer['id']}")
    return {name: appointment[name] for name in ("status", "start", "end", "guest")}


async def g17(witness: Witness) -> Findings:
    """Absence is never proof: however often providers failed, what stands is what people decided, and where."""
    findings = Findings()
    status = {one["title"]: one["status"] for one in await witness.all_appointments()}
    meetings = await links(witness)
    for deal in witness.deals:
        decided = "canceled" if deal.fate is Fate.CANCELED else "confirmed"
        findings.hold(
            "as people decided", f"{deal.title}: {status.get(deal.title)}", true=status[deal.title] == decided
        )
    for member in witness.staff:
        stand = {title_of(entry) for entry in await witness.outside.entries(member)}
        for deal in witness.standing:
            if member in deal.staff:
                there = deal.title in stand and deal.title in meetings
                findings.hold("still at its providers", f"{deal.title} of {member.email}", true=there)
    return findings
