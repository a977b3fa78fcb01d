"""A new proposal: the form (its script talks to the API), the sent page, and editing the slots of one that stands."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.gateway.edge.forwarding import body_of
from services.gateway.identity import SignedIn
from services.gateway.pages import guest, times
from services.gateway.pages.guest_preview import to_come
from services.gateway.pages.menu_choice import proposable_types
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.room_data import calendar_of, room_of
from services.gateway.pages.texts import text, texts_of
from services.gateway.parts import parts_of
from services.gateway.providers.answers import ConnectionStatus, Provider
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.appointments import AttendeeView
from shared.contracts.api.proposals import ProposalView, SlotStatus
from shared.contracts.booking import SlotsProposed
from shared.problem import Forbidden
from shared.public_holidays import public_holidays

router = APIRouter()
_AHEAD = timedelta(days=400)
"""As far as copies of busy time reach."""


@router.get("/proposals/new")
async def new(request: Request, signed_in: Session) -> Response:
    staff = signed_in.staff
    linked = staff.calendar is not None
    me = {"id": staff.id, "name": staff.name, "email": staff.email, "linked": linked, "calendar": staff.calendar}
    defaults = staff.defaults.model_dump(mode="json")
    return staff_page(
        request,
        signed_in,
        "staff/propose.html",
        {
            "missing": await _missing(request, signed_in),
            "self_unlinked": not linked,
            "defaults": defaults,
            "data": _data(request, signed_in, me)
            | {"defaults": defaults, "meeting_types": await proposable_types(request, signed_in)},
            **_dates(request, signed_in),
        },
    )


@router.post("/proposals/guest-page")
async def guest_page(request: Request, signed_in: Form) -> Response:
    """The guest's page as they will see it (X12), of a proposal that is stored nowhere; problems as in the API."""
    try:
        material = await parts_of(request).backends.booking.preview(signed_in.caller(), body_of(request))
    except BackendProblem as problem:
        return JSONResponse(dict(problem.body), status_code=problem.status, media_type="application/problem+json")
    return guest.preview(request, to_come(SlotsProposed.model_validate(material.data).proposal, signed_in.organization))


@router.get("/proposals/{proposal_id}/sent")
async def sent(request: Request, proposal_id: str, signed_in: Session) -> Response:
    """R19: the guest's URL and the slots, ready to be copied."""
    language, booking = language_for(request), parts_of(request).backends.booking
    proposal = (await booking.proposal(signed_in.caller(), proposal_id)).read(ProposalView)
    way = "mail" if proposal.send_mail else "url"
    guest = proposal.guest.name or proposal.guest.company or proposal.guest.email
    slots = [slot for slot in proposal.slots if slot.status is SlotStatus.OPEN]
    lines = [times.span(slot.start, slot.end, signed_in.zone, language) for slot in slots]
    rooms = [(line, slot.room_name) for line, slot in zip(lines, slots, strict=True) if slot.room_name]
    return staff_page(
        request,
        signed_in,
        "staff/sent.html",
        {
            "proposal": proposal,
            "heading": text(language, f"propose.sent_{way}_heading"),
            "message": text(language, f"propose.sent_{way}_text", guest=guest),
            "slots_text": "\n".join(lines),
            "rooms": rooms,
        },
    )


@router.get("/proposals/{proposal_id}/slots")
async def edit_slots(request: Request, proposal_id: str, signed_in: Session) -> Response:
    reply = await parts_of(request).backends.booking.proposal(signed_in.caller(), proposal_id)
    proposal = reply.read(ProposalView)
    if not proposal.can_change:
        raise Forbidden()
    edit = {
        "id": proposal.id,
        "etag": reply.etag,
        "slots": [
            {"id": slot.id, "start": slot.start.isoformat(), "end": slot.end.isoformat(), "room": room_of(slot)}
            for slot in proposal.slots
            if slot.status is SlotStatus.OPEN and slot.start > clock.now()
        ],
        "attendees": [_person(attendee) for attendee in proposal.attendees],
        "calendar": await calendar_of(request, signed_in, proposal.organizer_id),
    }
    me = {"id": signed_in.staff.id, "name": signed_in.staff.name, "email": signed_in.staff.email, "linked": True}
    return staff_page(
        request,
        signed_in,
        "staff/edit_slots.html",
        {
            "proposal": proposal,
            "data": _data(request, signed_in, me) | {"edit": edit},
            **_dates(request, signed_in),
        },
    )


def _person(attendee: AttendeeView) -> dict[str, Any]:
    return {"id": attendee.staff_id, "name": attendee.name, "email": attendee.email, "linked": True}


def _data(request: Request, signed_in: SignedIn, me: dict[str, Any]) -> dict[str, Any]:
    """What the script knows from the start."""
    language, zone, now = language_for(request), signed_in.organization.time_zone, clock.now()
    today = now.astimezone(ZoneInfo(zone)).date()
    holidays = public_holidays(zone, today, today + _AHEAD, language)
    return {
        "language": language,
        "zone": _grid_zone(signed_in),
        "office_zone": zone,
        "now": now.isoformat(timespec="milliseconds"),
        "holidays": {day.isoformat(): name for day, name in holidays.items()},
        "me": me | {"admin": signed_in.staff.is_admin},
        "rooms": texts_of(language, "rooms"),
        "view": signed_in.staff.calendar_view,
        "edit": None,
        "texts": texts_of(language, "propose") | {"network": text(language, "common.network")},
    }


def _grid_zone(signed_in: SignedIn) -> str:
    """The reader's, unless its half hours are not the organization's, on which slots begin (R6)."""
    now, own, office = clock.now(), signed_in.zone, signed_in.organization.time_zone
    ahead = [now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in (own, office)]
    return own if (ahead[0] - ahead[1]) % timedelta(minutes=30) == timedelta() else office


def _dates(request: Request, signed_in: SignedIn) -> dict[str, str]:
    zone, now = _grid_zone(signed_in), clock.now()
    return {
        "zone_label": times.zone_label(zone, now, language_for(request)),
        "today": now.astimezone(ZoneInfo(zone)).date().isoformat(),
    }


async def _missing(request: Request, signed_in: SignedIn) -> list[str]:
    """What the reader must connect, perhaps again, to organize a web meeting (R5); nothing where nobody can tell."""
    try:
        known = (await parts_of(request).connections.of(signed_in.caller())).items
    except BackendProblem:
        return []
    status = {item.provider: ConnectionStatus.CONNECTED if item.by_account else item.status for item in known}
    needed = {"zoom": (Provider.ZOOM,), "calendar": (Provider.GOOGLE, Provider.MICROSOFT)}
    lacking = []
    for word, providers in needed.items():
        found = {status.get(provider) for provider in providers}
        if ConnectionStatus.CONNECTED not in found:
            lacking.append(f"{'broken' if ConnectionStatus.BROKEN in found else 'missing'}_{word}")
    return lacking
