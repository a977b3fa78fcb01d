"""Busy time of several staff (R6)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.gateway.edge.instants import QueryInstant
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.schemas.calendar import CalendarView
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
    parts = (part.strip() for given in staff_ids for part in given.split(","))
    ids = list(dict.fromkeys(part for part in parts if part))
    if not 1 <= len(ids) <= _MOST_STAFF:
        raise StaffListInvalid(most=_MOST_STAFF)
    if not start < end <= start + _LONGEST:
        raise RangeInvalid(days=_LONGEST.days)
    return await parts_of(request).calendar(me.caller(), ids, start, end)
