"""What somebody who was disabled leaves to others: open proposals and coming appointments that are still theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.model import Staff
from services.gateway.pages.guest_names import guest_name, heading_of
from services.gateway.pages.occurrence_rows import shown_times
from services.gateway.pages.rendering import language_for
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.appointments import AppointmentList, AppointmentStatus
from shared.contracts.api.proposals import ProposalList, ProposalStatus

_READ = "200"
_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """``at`` is when an appointment starts."""

    url: str
    heading: str
    at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """Of proposals, or of appointments: the first of ``count``, and where all are listed."""

    noun: str
    count: int
    lines: Sequence[Line]
    url: str


async def left_behind(request: Request, signed_in: SignedIn, staff: Staff) -> list[Part] | None:
    """Nothing of those who are not disabled; None while booking is silent."""
    if not staff.disabled:
        return []
    try:
        parts = [await read(request, signed_in, staff) for read in (_proposals, _appointments)]
    except BackendProblem:
        return None
    return [part for part in parts if part.count]


async def _proposals(request: Request, signed_in: SignedIn, staff: Staff) -> Part:
    booking, language = parts_of(request).backends.booking, language_for(request)
    query = {"staff_id": staff.id, "status": ProposalStatus.OPEN}
    listed = (await booking.proposals(signed_in.caller(), {**query, "limit": _READ})).read(ProposalList)
    theirs = [one for one in listed.items if staff.id in (one.organizer_id, *(who.staff_id for who in one.attendees))]
    lines = [Line(f"/proposals/{quote(one.id, safe='')}", guest_name(one, language)) for one in theirs[:_SHOWN]]
    return Part("proposals", len(theirs), lines, f"/proposals?{urlencode(query)}")


async def _appointments(request: Request, signed_in: SignedIn, staff: Staff) -> Part:
    """What others attend too and they do not organize, they leave by themselves (C9)."""
    booking, language = parts_of(request).backends.booking, language_for(request)
    query = {"staff_id": staff.id, "status": AppointmentStatus.CONFIRMED, "from": clock.now().isoformat()}
    listed = (await booking.appointments(signed_in.caller(), {**query, "limit": _READ})).read(AppointmentList)
    theirs = [
        one
        for one in listed.items
        if one.organizer_id == staff.id or {who.staff_id for who in one.attendees} == {staff.id}
    ]
    lines = [
        Line(f"/appointments/{quote(one.id, safe='')}", heading_of(one, language), shown_times(one)[0])
        for one in theirs[:_SHOWN]
    ]
    return Part("appointments", len(theirs), lines, f"/appointments?{urlencode({'staff_id': staff.id})}")
