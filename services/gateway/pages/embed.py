"""Scheduling pages inside other sites (H12): the script that sites include, and what a frame tells its site."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from services.gateway.parts import parts_of
from shared.contracts.api.appointments import GuestAppointmentView

router = APIRouter()
_HEADERS = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "public, max-age=300",
}


@cache
def _script(path: Path) -> tuple[bytes, str]:
    """With its hash."""
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


@router.get("/embed.js")
async def script(request: Request) -> Response:
    """For any site; which of them may show a page is said by the page's own answer."""
    content, tag = _script(parts_of(request).settings.static_dir / "js" / "embed.js")
    headers = {**_HEADERS, "etag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)


def booked_message(appointment: GuestAppointmentView) -> dict[str, object]:
    """Who booked is not the site's to know."""
    return {
        "type": "chosei:booked",
        "slug": appointment.page.slug if appointment.page else "",
        "start": appointment.start.isoformat(),
        "duration": int((appointment.end - appointment.start).total_seconds() // 60),
        "status": appointment.status,
    }
