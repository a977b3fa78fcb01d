"""Questions of other services: claims for the calendar grid, and which reminders stand (G22)."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.booking.model.claims import Claim, ClaimKind, room_resource
from services.booking.model.spans import Span
from services.booking.problems import BACKWARDS, TOO_LONG, invalid
from services.booking.schemas import ReminderCheck, RoomsQuestion
from services.booking.store.bookings import BookingStore
from services.booking.store.guards import Guards
from shared.contracts.api.fields import Instant
from shared.internal import Caller, Guard, caller

Who = Annotated[Caller, Depends(caller)]
LONGEST_WINDOW = timedelta(days=370)
_KINDS = {ClaimKind.HELD: "hold", ClaimKind.CONFIRMED: "appointment"}


def build_question_routes(guard: Guard, store: BookingStore, guards: Guards) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(guard)])

    @router.get("/claims")
    async def claims(
        who: Who,
        staff_ids: Annotated[str, Query(min_length=1, max_length=10_000)],
        from_at: Annotated[Instant, Query(alias="from")],
        until_at: Annotated[Instant, Query(alias="to")],
    ) -> dict[str, Any]:
        if until_at <= from_at:
            raise invalid(who.language, ("?to", BACKWARDS))
        if until_at - from_at > LONGEST_WINDOW:
            raise invalid(who.language, ("?to", TOO_LONG))
        wanted = [staff_id for staff_id in staff_ids.split(",") if staff_id]
        found = await guards.of_staff(who.organization_id, wanted, Span(from_at, until_at))
        return {"items": [{"staff_id": staff_id, "spans": _spans(found[staff_id])} for staff_id in found]}

    @router.post("/rooms/claimed")
    async def claimed_rooms(who: Who, asked: RoomsQuestion) -> dict[str, Any]:
        """Which of these rooms somebody owns in the span, held or confirmed."""
        if asked.end <= asked.start:
            raise invalid(who.language, ("/end", BACKWARDS))
        if asked.end - asked.start > LONGEST_WINDOW:
            raise invalid(who.language, ("/end", TOO_LONG))
        wanted = {room_resource(room_id): room_id for room_id in asked.room_ids}
        found = await guards.on(who.organization_id, list(wanted), [Span(asked.start, asked.end)])
        return {"room_ids": sorted({wanted[claim.resource] for claim in found})}

    @router.post("/reminders/check")
    async def check_reminders(asked: ReminderCheck) -> dict[str, Any]:
        wanted = [(item.appointment_id, item.revision) for item in asked.items]
        stand = await store.standing(wanted)
        return {"items": [{"appointment_id": pair[0], "revision": pair[1], "stands": pair in stand} for pair in wanted]}

    return router


def _spans(claims: list[Claim]) -> list[dict[str, Any]]:
    ordered = sorted(claims, key=lambda claim: (claim.span.start_at, claim.span.end_at))
    return [{"start": claim.span.start_at, "end": claim.span.end_at, "kind": _KINDS[claim.kind]} for claim in ordered]
