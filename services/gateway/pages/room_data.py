"""What scripts that ask for rooms know from the start (R7), and the kinds of meetings as staff call them (R27)."""

from typing import Any

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages.guest_view import kind_word
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text, texts_of
from services.gateway.parts import parts_of
from shared import clock
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.proposals import SlotView
from shared.contracts.booking import Kind
from shared.problem import Language


def room_of(slot: SlotView) -> dict[str, str] | None:
    """The room of a slot."""
    return {"id": slot.room_id, "name": slot.room_name or ""} if slot.room_id else None


async def calendar_of(request: Request, signed_in: SignedIn, staff_id: str) -> str | None:
    """The provider of a colleague's calendar, where rooms are booked."""
    known = await parts_of(request).staff.find_in(signed_in.organization.id, staff_id)
    return known.calendar if known else None


async def appointment_data(
    request: Request, signed_in: SignedIn, appointment: AppointmentView, etag: str | None
) -> dict[str, Any]:
    """For the script that changes an appointment's room."""
    language, room = language_for(request), appointment.room
    return {
        "language": language,
        "zone": signed_in.zone,
        "now": clock.now().isoformat(timespec="milliseconds"),
        "me": {"id": signed_in.staff.id, "admin": signed_in.staff.is_admin},
        "texts": {},
        "rooms": texts_of(language, "rooms"),
        "appointment": {
            "id": appointment.id,
            "etag": etag,
            "start": appointment.start.isoformat(),
            "end": appointment.end.isoformat(),
            "room": {"id": room.id, "name": room.name or ""} if room else None,
            "calendar": await calendar_of(request, signed_in, appointment.organizer_id),
        },
    }


def staff_kind_word(kind: Kind, language: Language) -> str:
    """来訪 and 往訪 read the other way round for guests."""
    if kind in (Kind.WEB, Kind.VISIT, Kind.OUTBOUND):
        return text(language, f"proposals.kind_{kind}")
    return kind_word(kind, language)
