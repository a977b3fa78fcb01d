"""Whether slots can be had: what the projections know serves the listing, and a look at the calendars beyond it the
confirmation (G3-G5).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from services.booking.model.cells import spans_of
from services.booking.model.claims import Claim, resources
from services.booking.model.free_time import (
    CalendarState,
    HostTime,
    Obstacle,
    Tolerated,
    busy_cells,
    obstacle,
    unreadable,
)
from services.booking.model.people import Link, Staff
from services.booking.model.proposal import OfferedSlot, Proposal, ToleratedEntry
from services.booking.model.spans import Span
from services.booking.providers.calendar_look import UNREADABLE, BusyEntry, Looked, LookStatus
from services.booking.store.guards import Guards
from services.booking.store.people import PeopleStore
from shared import clock
from shared.single_flight import SingleFlight

_LOOKS_AT_ONCE = 8
_NOBODY: Mapping[str, Staff] = {}


class Look(Protocol):
    """Reads the exact span at the providers; a fake in tests."""

    async def __call__(self, organization_id: str, staff_ids: Sequence[str], span: Span) -> Mapping[str, Looked]: ...


@dataclass(frozen=True)
class Evidence:
    """What is known of some staff and resources over some spans, read at one moment."""

    staff: Mapping[str, Staff]
    months: Mapping[str, Mapping[str, bytes]]
    claims: Sequence[Claim]

    def hosts(self, now: datetime, stale_after: timedelta) -> list[HostTime]:
        return [
            HostTime(staff_id, person.state(now, stale_after), self.months.get(staff_id, {}), window=person.window)
            for staff_id, person in self.staff.items()
        ]

    def of(self, staff_ids: Iterable[str]) -> "Evidence":
        """What concerns these."""
        return replace(self, staff={one: self.staff[one] for one in staff_ids if one in self.staff})


@dataclass(frozen=True)
class Examined:
    """What stands in a time that is proposed: ``read`` are those whose calendar was looked at beyond their copy."""

    is_busy: bool
    entries: Sequence[ToleratedEntry]
    read: Sequence[str]


@dataclass(frozen=True)
class Offered:
    """The slots that a guest can choose now, earliest first (R24), and by slot that only this keeps from it, those
    whose calendar cannot be read (G3).
    """

    possible: Sequence[OfferedSlot] = ()
    unreadable: Mapping[str, list[str]] = field(default_factory=dict)


class Availability:
    """Reads what is known and, for a confirmation, looks."""

    def __init__(
        self,
        people: PeopleStore,
        guards: Guards,
        look: Look,
        *,
        stale_after: timedelta,
        look_max_age: timedelta,
        looks_budget: timedelta,
    ) -> None:
        self._people = people
        self._guards = guards
        self._look = look
        self._stale_after = stale_after
        self._look_max_age = look_max_age
        self._looks_budget = looks_budget
        self._shared_looks: SingleFlight[Mapping[str, Looked]] = SingleFlight()

    async def evidence(
        self,
        organization_id: str,
        staff_ids: Sequence[str],
        spans: Sequence[Span],
        wanted: Sequence[str] = (),
        staff: Mapping[str, Staff] = _NOBODY,
    ) -> Evidence:
        """``wanted`` are resources whose claims matter, ``staff`` those who were read a moment before; three reads side
        by side, however many staff and spans.
        """
        months = sorted({month for span in spans for month in span.months()})
        found, bits, claims = await asyncio.gather(
            self._people.staff_of(organization_id, [one for one in staff_ids if one not in staff]),
            self._people.busy(staff_ids, months),
            self._guards.on(organization_id, wanted, spans),
        )
        known = {one: staff[one] for one in staff_ids if one in staff}
        return Evidence(found | known, bits, claims)

    def copies(self, evidence: Evidence) -> list[HostTime]:
        """Calendars as far as they were read."""
        return evidence.hosts(clock.now(), self._stale_after)

    async def looked_at(self, organization_id: str, evidence: Evidence, span: Span, owner: str) -> list[HostTime]:
        """The same, replaced by a look at ``span`` where a copy is older than it may be (G4); all who ask for the same
        ``owner`` share it.
        """
        return await self._looked_at(evidence, span, (), organization_id, (owner, span))

    async def offered(self, proposal: Proposal) -> Offered:
        slots = proposal.open_slots
        if not proposal.is_live or not slots:
            return Offered()
        wanted = sorted({claim.resource for claim in proposal.claims()})
        spans = [slot.span for slot in slots]
        evidence = await self.evidence(proposal.organization_id, proposal.attendee_ids, spans, wanted)
        now = clock.now()
        hosts = evidence.hosts(now, self._stale_after)
        found = [(slot, self._obstacle(slot, proposal, hosts, evidence.claims, now)) for slot in slots]
        return Offered(
            sorted((slot for slot, why in found if why is None), key=lambda slot: slot.start_at),
            {
                slot.slot_id: unreadable(slot.span, hosts, slot.seen)
                for slot, why in found
                if why is Obstacle.UNREADABLE
            },
        )

    async def filled(self, organization_id: str, staff_id: str, slots: Sequence[OfferedSlot]) -> set[str]:
        """Ids of the slots in which this calendar is now known to be busy, beyond what they tolerate (G2, G3)."""
        evidence = await self.evidence(organization_id, [staff_id], [slot.span for slot in slots])
        hosts = evidence.hosts(clock.now(), self._stale_after)
        known = [host for host in hosts if host.state is CalendarState.KNOWN]
        return {slot.slot_id for slot in slots if busy_cells(slot.span, known, _as_tolerated(slot.tolerated))}

    async def check(self, proposal: Proposal, slot: OfferedSlot) -> tuple[Obstacle | None, Evidence]:
        """What stands in the way of confirming ``slot`` now; looks at calendars whose copy is too old (G4).

        With fresh copies claims are left to the guard, which decides about them anyway.
        """
        evidence = await self.evidence(proposal.organization_id, proposal.attendee_ids, [slot.span])
        found = self._of_copies(slot, proposal, evidence)
        if found not in (None, Obstacle.UNREADABLE) or not self._aged(evidence, slot.span, found):
            return found, evidence
        wanted = resources(proposal.attendee_ids, slot.room_id, proposal.zoom_user_id)
        claims = await self._guards.on(proposal.organization_id, wanted, [slot.span])
        evidence = replace(evidence, claims=claims)
        if self._of_copies(slot, proposal, evidence) is Obstacle.CLAIMED:
            return Obstacle.CLAIMED, evidence
        hosts = await self._looked_at(
            evidence, slot.span, slot.tolerated, proposal.organization_id, (proposal.proposal_id, slot.slot_id)
        )
        return self._obstacle(slot, proposal, hosts, evidence.claims, clock.now()), evidence

    def _of_copies(self, slot: OfferedSlot, proposal: Proposal, evidence: Evidence) -> Obstacle | None:
        now = clock.now()
        return self._obstacle(slot, proposal, evidence.hosts(now, self._stale_after), evidence.claims, now)

    def _aged(self, evidence: Evidence, span: Span, found: Obstacle | None) -> bool:
        """Whether some calendar must be looked at, or cannot be."""
        now = clock.now()
        return found is Obstacle.UNREADABLE or any(
            evidence.staff[host.staff_id].has_calendar and not self._is_recent(host, evidence, span, now)
            for host in evidence.hosts(now, self._stale_after)
        )

    async def check_span(self, organization_id: str, evidence: Evidence, span: Span, owner: str) -> Obstacle | None:
        """The same for a new time of an appointment (``owner``), whose own claims do not count."""
        return (await self.check_spans(organization_id, evidence, [span], owner))[0]

    async def check_spans(
        self, organization_id: str, evidence: Evidence, spans: Sequence[Span], owner: str
    ) -> list[Obstacle | None]:
        """For each of the times; one look reaches over all of them (E6)."""
        if not spans:
            return []
        whole = Span(min(span.start_at for span in spans), max(span.end_at for span in spans))
        hosts = await self._looked_at(evidence, whole, (), organization_id, (owner, whole))
        others = [claim for claim in evidence.claims if claim.owner != owner]
        now = clock.now()
        return [obstacle(span, hosts, others, (), now) for span in spans]

    async def examined(
        self, organization_id: str, wanted: Sequence[tuple[Span, Sequence[str]]], *, entries: bool
    ) -> list[Examined]:
        """What stands in each time that is proposed to these attendees. Copies tell, stale ones included; beyond them,
        and where ``entries`` are to be told apart, a look does. What no look has read in time is not known to be busy.
        """
        everybody = sorted({staff_id for _, staff_ids in wanted for staff_id in staff_ids})
        evidence = await self.evidence(organization_id, everybody, [span for span, _ in wanted])
        asked = [(span, evidence.of(staff_ids)) for span, staff_ids in wanted]
        looked = await self._looks(organization_id, [(span, self._to_see(span, of, entries)) for span, of in asked])
        return [self._examined(*item, seen, entries) for item, seen in zip(asked, looked, strict=True)]

    def _to_see(self, span: Span, evidence: Evidence, entries: bool) -> list[str]:
        reached = {host.staff_id for host in evidence.hosts(clock.now(), self._stale_after) if host.knows(span)}
        return [staff_id for staff_id in _linked(evidence) if entries or staff_id not in reached]

    async def _looks(
        self, organization_id: str, wanted: Sequence[tuple[Span, Sequence[str]]]
    ) -> list[Mapping[str, Looked]]:
        """Side by side, a few at once, and all within one budget: somebody waits for the answer."""
        gate = asyncio.Semaphore(_LOOKS_AT_ONCE)

        async def one(span: Span, staff_ids: Sequence[str]) -> Mapping[str, Looked]:
            async with gate:
                return await self._look_at(staff_ids, organization_id, span)

        looks = [asyncio.create_task(one(*item)) for item in wanted]
        try:
            done, _ = await asyncio.wait(looks, timeout=self._looks_budget.total_seconds()) if looks else (set(), ())
            return [look.result() if look in done else {} for look in looks]
        finally:
            for look in looks:
                look.cancel()

    def _examined(self, span: Span, evidence: Evidence, looked: Mapping[str, Looked], entries: bool) -> Examined:
        """Entries where a look tells, and the copy's cells that no entry explains (G2)."""
        found: list[ToleratedEntry] = []
        read = []
        for host in evidence.hosts(clock.now(), self._stale_after):
            seen = looked.get(host.staff_id, UNREADABLE)
            known = [_tolerated(host.staff_id, item) for item in seen.busy if item.span.overlaps(span)]
            unexplained = busy_cells(span, [host], _as_tolerated(known))
            cells = [
                ToleratedEntry(staff_id=host.staff_id, entry=None, start_at=busy.start_at, end_at=busy.end_at)
                for busy in spans_of(unexplained, span.start_at)
            ]
            found += [*known, *cells]
            if seen.status is LookStatus.READ and not host.knows(span):
                read.append(host.staff_id)
        return Examined(bool(found), found if entries else [], read)

    def _obstacle(
        self,
        slot: OfferedSlot,
        proposal: Proposal,
        hosts: Sequence[HostTime],
        claims: Sequence[Claim],
        now: datetime,
    ) -> Obstacle | None:
        wanted = set(resources(proposal.attendee_ids, slot.room_id, proposal.zoom_user_id))
        relevant = [claim for claim in claims if claim.resource in wanted]
        return obstacle(slot.span, hosts, relevant, _as_tolerated(slot.tolerated), now, slot.seen)

    async def _looked_at(
        self,
        evidence: Evidence,
        span: Span,
        tolerated: Sequence[ToleratedEntry],
        organization_id: str,
        shared_as: tuple[str, object],
    ) -> list[HostTime]:
        """Hosts as the copies show them, replaced by what a look told where a copy is older than it may be."""
        now = clock.now()
        hosts = evidence.hosts(now, self._stale_after)
        linked = set(_linked(evidence))
        aged = [
            host.staff_id
            for host in hosts
            if host.staff_id in linked and not self._is_recent(host, evidence, span, now)
        ]
        key = (*shared_as, tuple(aged))
        looked = await self._shared_looks(key, lambda: self._look_at(aged, organization_id, span))
        return [self._seen(host, span, looked.get(host.staff_id), tolerated) for host in hosts]

    async def _look_at(self, staff_ids: Sequence[str], organization_id: str, span: Span) -> Mapping[str, Looked]:
        return await self._look(organization_id, staff_ids, span) if staff_ids else {}

    def _is_recent(self, host: HostTime, evidence: Evidence, span: Span, now: datetime) -> bool:
        read_at = evidence.staff[host.staff_id].busy_read_at
        return read_at is not None and now - read_at <= self._look_max_age and host.knows(span)

    def _seen(
        self,
        host: HostTime,
        span: Span,
        looked: Looked | None,
        tolerated: Sequence[ToleratedEntry],
    ) -> HostTime:
        if looked is None:
            return host
        if looked.status is LookStatus.NOT_CONNECTED:
            return HostTime(host.staff_id, CalendarState.NONE)
        if looked.status is LookStatus.READ:
            counted = tuple(item.span for item in looked.busy if not _accepted(host.staff_id, item, span, tolerated))
            return HostTime(host.staff_id, CalendarState.KNOWN, looked_at=counted)
        known = looked.status is not LookStatus.BROKEN and host.knows(span)
        return host if known else HostTime(host.staff_id, CalendarState.UNKNOWN, host.months)


def _linked(evidence: Evidence) -> list[str]:
    return [person.staff_id for person in evidence.staff.values() if person.calendar is Link.CONNECTED]


def _as_tolerated(entries: Iterable[ToleratedEntry]) -> list[Tolerated]:
    return [Tolerated(entry.staff_id, Span(entry.start_at, entry.end_at)) for entry in entries]


def _tolerated(staff_id: str, item: BusyEntry) -> ToleratedEntry:
    return ToleratedEntry(staff_id=staff_id, entry=item.entry, start_at=item.span.start_at, end_at=item.span.end_at)


def _accepted(staff_id: str, item: BusyEntry, span: Span, tolerated: Sequence[ToleratedEntry]) -> bool:
    """The very entry that was known, at the very time; where only cells were known, what lies within them."""
    start_at, end_at = max(item.span.start_at, span.start_at), min(item.span.end_at, span.end_at)
    return any(
        known.staff_id == staff_id
        and (
            (known.entry == item.entry and (known.start_at, known.end_at) == (item.span.start_at, item.span.end_at))
            or (known.entry is None and known.start_at <= start_at and end_at <= known.end_at)
        )
        for known in tolerated
    )
