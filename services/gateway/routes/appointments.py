"""Appointments: register, list, show, move, cancel (E2, R28, E5). Booking owns them; its answers go on as they are."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.edge.instants import QueryInstant
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.schemas.narrowing import Narrowing, narrowing
from shared.contracts.api.appointments import (
    AppointmentList,
    AppointmentPatch,
    AppointmentStatus,
    AppointmentView,
    CancelRequest,
    DriftRequest,
    OutcomeRequest,
)
from shared.contracts.api.joining import JoinLinkRequest
from shared.contracts.api.registering import AppointmentCreate
from shared.contracts.api.requests import RequestAnswer, RequestApproval
from shared.contracts.booking import Outcome

router = APIRouter(prefix="/appointments", tags=["appointments"])
Me = Annotated[SignedIn, Depends(api_staff)]
Narrowed = Annotated[Narrowing, Depends(narrowing)]


@router.post("", status_code=201, response_model=AppointmentView)
async def register_appointment(request: Request, asked: AppointmentCreate, me: Me, key: Key) -> Response:
    """Register an appointment without a guest's choice (E2); the caller organizes it, attending or not. Looked at and
    guarded as a confirmation is; as in a proposal an attendee's busy time is 422 ``slot_busy``, what another has taken
    409 ``slot_taken``, and a calendar that cannot be read 503 ``calendar_unreadable``. ``allow_overlap`` goes over busy
    and unread time and over what is only held.
    """
    reply = await parts_of(request).backends.booking.register(me.caller(key), body_of(request))
    response = forward(reply)
    response.headers["Location"] = f"/api/v1/appointments/{reply.json()['id']}"
    return response


@router.get("", response_model=AppointmentList)
async def list_appointments(
    request: Request,
    me: Me,
    narrowed: Narrowed,
    start: Annotated[QueryInstant | None, Query(alias="from")] = None,
    end: Annotated[QueryInstant | None, Query(alias="to")] = None,
    status: AppointmentStatus | None = None,
    outcome: Outcome | None = None,
    order: Literal["earliest", "latest"] = "earliest",
    campaign: Annotated[str, Query(max_length=255, description="`utm_campaign` of the link (H6).")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """All of the organization, earliest first; those that overlap ``from`` and ``to``."""
    asked = {
        "from": start.isoformat() if start else None,
        "to": end.isoformat() if end else None,
        "status": status.value if status else None,
        "outcome": outcome.value if outcome else None,
        "order": order,
        "campaign": campaign,
        "limit": str(limit),
        "cursor": cursor,
    }
    query = narrowed.query() | {name: value for name, value in asked.items() if value}
    return forward(await parts_of(request).backends.booking.appointments(me.caller(), query), tagged=False)


@router.get("/{appointment_id}", response_model=AppointmentView)
async def show_appointment(request: Request, appointment_id: str, me: Me) -> Response:
    """With what became of each effect (R28)."""
    return forward(await parts_of(request).backends.booking.appointment(me.caller(), appointment_id))


@router.patch("/{appointment_id}", response_model=AppointmentView)
async def change_appointment(
    request: Request, appointment_id: str, patch: AppointmentPatch, me: Me, key: Key, if_match: IfMatch
) -> Response:
    """``start`` or ``end`` reschedules, with the same look and guard as a confirmation: what is busy or taken is 409
    ``slot_taken``, what cannot be read 503 ``calendar_unreadable``; ``allow_overlap`` as in registering.
    """
    booking = parts_of(request).backends.booking
    return forward(
        await booking.change_appointment(me.caller(key), appointment_id, body_of(request), if_match=if_match)
    )


@router.post("/{appointment_id}/cancel", response_model=AppointmentView)
async def cancel_appointment(
    request: Request,
    appointment_id: str,
    me: Me,
    key: Key,
    if_match: IfMatch,
    asked: CancelRequest | None = None,
) -> Response:
    """With words to the guest."""
    booking = parts_of(request).backends.booking
    return forward(await booking.cancel(me.caller(key), appointment_id, body_of(request), if_match=if_match))


@router.post("/{appointment_id}/join-link", response_model=AppointmentView)
async def revoke_join_link(
    request: Request, appointment_id: str, me: Me, key: Key, if_match: IfMatch, asked: JoinLinkRequest
) -> Response:
    """The guest's join link ends, and they are told another (X9)."""
    booking = parts_of(request).backends.booking
    await booking.revoke_join_link(me.caller(key), appointment_id, body_of(request), if_match=if_match)
    return forward(await booking.appointment(me.caller(), appointment_id))


@router.post("/{appointment_id}/drift", response_model=AppointmentView)
async def decide_drift(
    request: Request, appointment_id: str, me: Me, key: Key, if_match: IfMatch, asked: DriftRequest
) -> Response:
    """What becomes of an entry that somebody changed directly in the calendar (V6); 409 where that is settled."""
    booking = parts_of(request).backends.booking
    return forward(await booking.decide_drift(me.caller(key), appointment_id, body_of(request), if_match=if_match))


@router.post("/{appointment_id}/approve", response_model=AppointmentView)
async def approve_request(
    request: Request,
    appointment_id: str,
    me: Me,
    key: Key,
    if_match: IfMatch,
    asked: RequestApproval | None = None,
) -> Response:
    """Confirm a request (H4), with words to the guest. 409 ``slot_taken``, ``already_canceled``; 410
    ``request_expired``; 422 ``slot_busy`` and 503 ``calendar_unreadable`` without ``allow_overlap``.
    """
    booking = parts_of(request).backends.booking
    return forward(
        await booking.answer_request(me.caller(key), appointment_id, "approve", body_of(request), if_match=if_match)
    )


@router.post("/{appointment_id}/decline", response_model=AppointmentView)
async def decline_request(
    request: Request,
    appointment_id: str,
    me: Me,
    key: Key,
    if_match: IfMatch,
    asked: RequestAnswer | None = None,
) -> Response:
    """Decline a request (H4), with words to the guest. 409 ``already_confirmed``."""
    booking = parts_of(request).backends.booking
    return forward(
        await booking.answer_request(me.caller(key), appointment_id, "decline", body_of(request), if_match=if_match)
    )


@router.put("/{appointment_id}/outcome", response_model=AppointmentView)
async def record_outcome(
    request: Request, appointment_id: str, me: Me, key: Key, if_match: IfMatch, asked: OutcomeRequest
) -> Response:
    """What became of it (H11). 409 ``already_canceled`` where it was cancelled, ``not_confirmed_yet`` of a request."""
    booking = parts_of(request).backends.booking
    return forward(await booking.record_outcome(me.caller(key), appointment_id, body_of(request), if_match=if_match))


@router.delete("/{appointment_id}", response_model=AppointmentView)
async def delete_appointment(request: Request, appointment_id: str, me: Me, key: Key, if_match: IfMatch) -> Response:
    """Cancel without a message. A second time answers the same and does nothing."""
    booking = parts_of(request).backends.booking
    return forward(await booking.delete_appointment(me.caller(key), appointment_id, if_match=if_match))
