"""Why is this time not free? Which entry, claim or unhealthy connection takes it (X11), in plain words."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from services.gateway.pages.texts import text
from services.gateway.providers.answers import CalendarAt, ClaimAt, ClaimKind, EntryAt, ExplainedCalendars, Freshness
from services.gateway.providers.backends import Backends
from services.gateway.schemas.explain import EntryReason, Explanation, Reason, ReasonKind
from services.gateway.store.staff import StaffStore
from services.gateway.usecases.read_calendar import UnknownStaff
from shared import clock, wording
from shared.internal import Caller
from shared.problem import Language


class UnknownStaffMember(UnknownStaff):
    """Nobody of the caller's organization."""

    pointer = "?staff_id"


class ExplainTime:
    """Calls no provider (G25). Raises ``UnknownStaffMember``, ``BackendProblem``."""

    def __init__(self, backends: Backends, staff: StaffStore) -> None:
        self._backends = backends
        self._staff = staff

    async def __call__(self, caller: Caller, zone: str, staff_id: str, at: datetime) -> Explanation:
        if await self._staff.known_among(caller.organization_id, [staff_id]) != {staff_id}:
            raise UnknownStaffMember()
        known, claims = await asyncio.gather(
            self._backends.calendar_sync.explain(caller, staff_id, at),
            self._backends.booking.explain(caller, staff_id, at),
        )
        words = Words(caller.language, ZoneInfo(zone))
        reasons = [
            *([words.plain(ReasonKind.PAST)] if at <= clock.now() else []),
            *(words.claim(claim) for claim in claims.claims),
            *(words.entry(entry) for entry in known.entries),
            *words.connection(known),
        ]
        free = all(reason.kind is ReasonKind.NOT_CONNECTED for reason in reasons)
        return Explanation(staff_id=staff_id, at=at, free=free, status=known.status, reasons=reasons)


class Words:
    """Reasons in the reader's language, times in the organization's zone."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self._language = language
        self._zone = zone

    def plain(self, kind: ReasonKind, key: str = "", **values: object) -> Reason:
        return Reason(kind=kind, detail=self._text(key or kind, **values))

    def claim(self, claim: ClaimAt) -> Reason:
        kind = ReasonKind.HOLD if claim.kind is ClaimKind.HOLD else ReasonKind.APPOINTMENT
        key = f"{kind}_titled" if claim.title else str(kind)
        return Reason(
            kind=kind,
            start=claim.start,
            end=claim.end,
            detail=self._text(key, title=claim.title),
            proposal_id=claim.proposal_id,
            appointment_id=claim.appointment_id,
        )

    def entry(self, entry: EntryAt) -> Reason:
        calendar = self._text(f"calendar_{entry.calendar}")
        return Reason(
            kind=ReasonKind.ENTRY,
            start=entry.start,
            end=entry.end,
            detail=self._text(f"entry_{entry.kind}", calendar=calendar),
            entry=EntryReason(kind=entry.kind, calendar=entry.calendar),
        )

    def connection(self, known: ExplainedCalendars) -> Iterator[Reason]:
        """A calendar that cannot be read is not an empty one (G3)."""
        if known.status is Freshness.NOT_CONNECTED:
            yield self.plain(ReasonKind.NOT_CONNECTED)
            return
        for calendar in known.calendars:
            name = self._text(f"calendar_{calendar.provider}")
            if calendar.is_broken or calendar.read_at is None or known.status is Freshness.STALE:
                yield self._unreadable(calendar, name)
            elif not calendar.reaches:
                yield self.plain(ReasonKind.OUTSIDE_WINDOW, calendar=name)

    def _unreadable(self, calendar: CalendarAt, name: str) -> Reason:
        if calendar.is_broken:
            return self.plain(ReasonKind.UNREADABLE, "unreadable_broken", calendar=name)
        if calendar.read_at is None:
            return self.plain(ReasonKind.UNREADABLE, "unreadable_never", calendar=name)
        read_at = wording.moment(calendar.read_at, self._zone, self._language)
        return self.plain(ReasonKind.UNREADABLE, "unreadable_stale", calendar=name, at=read_at)

    def _text(self, key: str, **values: object) -> str:
        return text(self._language, f"explain.{key}", **values)
