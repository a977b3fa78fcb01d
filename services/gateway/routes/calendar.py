"""Busy time of several staff (R6), why a time is not free (X11), and which could be proposed (X12)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.forwarding import forward
from services.gateway.edge.instants import QueryInstant
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.schemas.calendar import CalendarView
from services.gateway.schemas.explain import Explanation, SuggestionsView
from shared.contracts.api.proposals import ProposalKind
from shared.contracts.booking import Kind
from shared.problem import Problem

router = APIRouter(prefix="/calendar", tags=["calendar"])
_LONGEST = timedelta(days=100)
_MOST_STAFF = 100


class RangeInvalid(Problem):
    """``to`` must follow ``from``, not too far."""

    code, status, pointer = "range_invalid", 422, "?to"
    ja = "期間が正しくありません(最大 {days} 日)。"
    en = "The range is not valid (at most {days} days)."


class StaffListInvalid(Problem):
    """Ids separated by commas."""

    code, status, pointer = "staff_ids_invalid", 422, "?staff_ids"
    ja = "staff_ids は1〜{most}件の社員IDをコンマ区切りで指定してください。"
    en = "staff_ids is 1 to {most} staff ids separated by commas."


@router.get("")
async def show_calendar(
    request: Request,
    me: Annotated[SignedIn, Depends(api_staff)],
    staff_ids: Annotated[list[str], Query(max_length=_MOST_STAFF)],
    start: Annotated[QueryInstant, Query(alias="from")],
    end: Annotated[QueryInstant, Query(alias="to")],
) -> CalendarView:
    """What stands in the calendars, and Chosei's own holds and appointments. ``staff_ids`` may be repeated, too."""
    ids = _ids(staff_ids)
    if not start < end <= start + _LONGEST:
        raise RangeInvalid(days=_LONGEST.days)
    return await parts_of(request).calendar(me.caller(), ids, start, end)


@router.get("/explain")
async def explain_time(
    request: Request,
    me: Annotated[SignedIn, Depends(api_staff)],
    staff_id: Annotated[str, Query(min_length=1, max_length=100)],
    at: QueryInstant,
) -> Explanation:
    """Which entry, claim or unhealthy connection takes this time; titles of entries are known to nobody."""
    return await parts_of(request).explain(me.caller(), me.zone, staff_id, at)


@router.get("/suggestions", response_model=SuggestionsView)
async def suggest_slots(
    request: Request,
    me: Annotated[SignedIn, Depends(api_staff)],
    staff_ids: Annotated[list[str], Query(max_length=_MOST_STAFF)],
    minutes: Annotated[int, Query(ge=30, le=540, multiple_of=30)] = 60,
    count: Annotated[int, Query(ge=1, le=10)] = 3,
    kind: ProposalKind = Kind.WEB,
    start: Annotated[QueryInstant | None, Query(alias="from")] = None,
) -> Response:
    """The earliest common free times on different working days (no weekend, no public holiday) between 9 and 18 o'clock
    of the organization's zone, from now or ``from`` on; the first of ``staff_ids`` organizes.
    """
    query = {"staff_ids": ",".join(_ids(staff_ids)), "minutes": str(minutes), "count": str(count), "kind": kind.value}
    if start is not None:
        query["from"] = start.isoformat()
    return forward(await parts_of(request).backends.booking.suggestions(me.caller(), query), tagged=False)


def _ids(given: list[str]) -> list[str]:
    """Separated by commas, or repeated. Raises ``StaffListInvalid``."""
    parts = (part.strip() for item in given for part in item.split(","))
    ids = list(dict.fromkeys(part for part in parts if part))
    if not 1 <= len(ids) <= _MOST_STAFF:
        raise StaffListInvalid(most=_MOST_STAFF)
    return ids
