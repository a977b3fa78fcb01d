"""``/ical/{token}.ics``: a staff member's appointments for a calendar that subscribes (X8). Nothing but the address
says who asks.
"""

import hashlib

from fastapi import APIRouter, Request, Response

from services.gateway.edge.forwarding import looks_like_token
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from shared import clock
from shared.problem import Language, NotFound

router = APIRouter(include_in_schema=False)
_CACHE = "private, max-age=300"


@router.get("/ical/{token}.ics")
async def read_feed(request: Request, token: str) -> Response:
    """Unknown, replaced and ended addresses are 404 alike."""
    # Loaded when first needed, as in ``add_to_calendar``.
    from services.gateway.pages.calendar_feed import feed_of

    parts = parts_of(request)
    if not looks_like_token(token):
        raise NotFound()
    async with parts.limits.guest(request, token=token):
        owner = await parts.calendar_feeds.owner(token)
        language: Language = owner.staff.locale.value
        found = await parts.calendar_feeds.appointments(owner, clock.now(), request.state.request_id)
    name = text(language, "feed.name", name=owner.staff.name, product=owner.organization.product_name)
    content = feed_of(found, name=name, public_url=parts.settings.public_url, language=language)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _CACHE}
    if _known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="chosei.ics"'
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _known(given: str, tag: str) -> bool:
    """Weakly compared, as RFC 9110 has it for GET."""
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))
