"""Meeting types as a form offers them: what can be proposed, with a sentence on when the link is told (C5, C7)."""

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages.menu_words import reveal_words
from services.gateway.pages.rendering import language_for
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.menus import Location, MeetingTypeList

_KINDS = {Location.ZOOM: "web", Location.LINK: "web", Location.VISIT: "visit", Location.OUTBOUND: "outbound"}
_MOST = "200"


async def proposable_types(request: Request, signed_in: SignedIn) -> list[dict[str, str]]:
    """In the organization's order; none while booking is silent, which the form can do without."""
    try:
        reply = await parts_of(request).backends.booking.menu_items(
            signed_in.caller(), "meeting-types", {"limit": _MOST}
        )
    except BackendProblem:
        return []
    language = language_for(request)
    return [
        {
            "id": item.id,
            "name": item.name,
            "kind": _KINDS[item.location],
            "location": item.location,
            "place": item.place,
            "words": reveal_words(item.location, item.reveal.link, item.reveal.notices, language),
        }
        for item in reply.read(MeetingTypeList).items
        if item.location in _KINDS
    ]
