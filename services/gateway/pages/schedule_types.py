"""What a schedule can be of: the organization's meeting types (種別), or the kinds where it has none, and its menus."""

from dataclasses import dataclass

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages.rendering import language_for
from services.gateway.pages.room_data import staff_kind_word
from services.gateway.parts import parts_of
from shared.contracts.api.menus import BookableList, Location, MeetingTypeList
from shared.contracts.booking import Kind

_KINDS = {Location.ZOOM: Kind.WEB}


@dataclass(frozen=True)
class TypeChoice:
    """``value`` is a meeting type's id or a kind."""

    value: str
    name: str
    kind: Kind
    minutes: int = 60

    @property
    def takes_place(self) -> bool:
        return self.kind is Kind.LINK


async def type_choices(request: Request, signed_in: SignedIn, *, of: TypeChoice | None = None) -> list[TypeChoice]:
    """In the organization's order; ``of`` is what stands and may be offered no more."""
    reply = await parts_of(request).backends.booking.menu_items(signed_in.caller(), "meeting-types", {"limit": "200"})
    found = [
        TypeChoice(one.id, one.name, _KINDS.get(one.location) or Kind(one.location.value), one.duration_minutes)
        for one in reply.read(MeetingTypeList).items
    ]
    if not found:
        language = language_for(request)
        found = [TypeChoice(kind.value, staff_kind_word(kind, language), kind) for kind in Kind]
    return [*([of] if of and of.value not in [one.value for one in found] else []), *found]


async def bookable_choices(request: Request, signed_in: SignedIn) -> list[tuple[str, str]]:
    """Id and name of the menus that may be booked (C10), in the organization's order."""
    reply = await parts_of(request).backends.booking.menu_items(signed_in.caller(), "bookables", {"limit": "200"})
    return [(one.id, one.name) for one in reply.read(BookableList).items]
