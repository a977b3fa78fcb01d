"""Questions of staff about time: which could be proposed (X12), and what of ours takes a moment (X11)."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query

from services.booking.model.claims import ClaimKind
from services.booking.usecases.explain import ExplainClaims
from services.booking.usecases.suggest import SuggestSlots
from shared.contracts.api.fields import Instant
from shared.contracts.booking import Kind
from shared.internal import Caller, Guard, caller

Who = Annotated[Caller, Depends(caller)]
_KINDS = {ClaimKind.HELD: "hold", ClaimKind.CONFIRMED: "appointment"}


def build_calendar_routes(guard: Guard, suggest: SuggestSlots, explain: ExplainClaims) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(guard)])

    @router.get("/suggestions")
    async def suggestions(
        who: Who,
        staff_ids: Annotated[str, Query(min_length=1, max_length=10_000)],
        minutes: Annotated[int, Query(ge=30, le=540, multiple_of=30)] = 60,
        count: Annotated[int, Query(ge=1, le=10)] = 3,
        kind: Literal[Kind.WEB, Kind.VISIT, Kind.OUTBOUND] = Kind.WEB,
        from_at: Annotated[Instant | None, Query(alias="from")] = None,
    ) -> dict[str, Any]:
        wanted = list(dict.fromkeys(staff_id for staff_id in staff_ids.split(",") if staff_id))
        found = await suggest(who, wanted, kind, from_at, (minutes, count))
        zone = ZoneInfo(found.time_zone)
        return {
            "slots": [
                {"start": span.start_at.astimezone(zone), "end": span.end_at.astimezone(zone)} for span in found.spans
            ],
            "unreadable": list(found.unreadable),
        }

    @router.get("/explain")
    async def explained(who: Who, staff_id: Annotated[str, Query(max_length=100)], at: Instant) -> dict[str, Any]:
        taken = await explain(who, staff_id, at)
        return {
            "claims": [
                {
                    "kind": _KINDS[one.kind],
                    "start": one.span.start_at,
                    "end": one.span.end_at,
                    "title": one.title,
                    "proposal_id": one.proposal_id,
                    "appointment_id": one.appointment_id,
                }
                for one in taken
            ]
        }

    return router
