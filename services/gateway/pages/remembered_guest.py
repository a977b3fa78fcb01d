"""Guests whom this browser remembers (H8): name, company and address that they asked to be kept, in a cookie that only
we can read, per organization. Read "Privacy of prefill" in the README before changing anything here.
"""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter

from services.gateway.pages.booking_form import BookingForm
from services.gateway.pages.pick import Pick
from services.gateway.pages.rendering import is_secure
from services.gateway.parts import parts_of
from shared import clock
from shared.contracts.api.page_guests import BookingGuest, GuestPageView
from shared.crypto import UndecryptableValue, token_hash

router = APIRouter()
LIFETIME = timedelta(days=180)
"""Since the guest last asked for it; visits do not prolong it."""
COOKIE = "chosei_guest_"
_PATH = "/p"
_FRAMES = ("iframe", "frame", "embed", "object", "fencedframe")


@dataclass(frozen=True)
class RememberedGuest:
    """As the guest typed them. Answers to a page's own questions are never kept."""

    name: str
    email: str
    company: str = ""

    def filling(self, form: BookingForm) -> BookingForm:
        return replace(form, name=self.name, email=self.email, company=self.company)

    def submitting(self, form: BookingForm) -> BookingForm:
        """Each time that is chosen is a booking of its own, the same one twice is one (G8)."""
        key = token_hash(f"{form.key}/{form.start}") if form.key else None
        return replace(self.filling(form), key=key)


@dataclass(frozen=True)
class _Kept:
    guest: RememberedGuest
    until: int


_KEPT = TypeAdapter(_Kept)


def may_be_remembered(request: Request, page: GuestPageView) -> bool:
    """Where the page allows it, and never within a frame: another site's page must not show who is known here."""
    framed = request.headers.get("sec-fetch-dest") in _FRAMES or Pick.of(dict(request.query_params)).embed
    return page.prefill and bool(page.organization_key) and not framed


def remembered(request: Request, page: GuestPageView) -> RememberedGuest | None:
    """None where the cookie is missing, expired, altered, of another organization, or of a key that we have no more."""
    kept = request.cookies.get(COOKIE + page.organization_key)
    if not kept or not may_be_remembered(request, page):
        return None
    try:
        opened = parts_of(request).settings.session_ring.decrypt(kept, place=_place(page))
        read = _KEPT.validate_json(opened)
        BookingGuest.model_validate(asdict(read.guest))
    except (UndecryptableValue, ValueError):
        return None
    return read.guest if read.until > clock.now().timestamp() else None


def remember(request: Request, response: Response, page: GuestPageView, form: BookingForm) -> None:
    """What was typed, after it was booked."""
    if not may_be_remembered(request, page):
        return
    guest = RememberedGuest(form.name, form.email, form.company)
    until = int((clock.now() + LIFETIME).timestamp())
    kept = orjson.dumps(_Kept(guest, until))
    response.set_cookie(
        COOKIE + page.organization_key,
        parts_of(request).settings.session_ring.encrypt(kept, place=_place(page)),
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path=_PATH,
    )


def is_known_to_submit(page: GuestPageView, guest: RememberedGuest | None) -> bool:
    """Whether choosing a time is all that is left to do."""
    return page.auto_submit and not page.questions and guest is not None


@router.post("/p/{slug}/forget")
async def forget(request: Request, slug: str) -> Response:
    """Somebody else is here: whoever is remembered here, on pages of any organization, is so no more. Asks nobody."""
    parts_of(request).csrf.check_origin(request)
    response = _back(request, slug)
    for name in request.cookies:
        if name.startswith(COOKIE):
            response.delete_cookie(name, path=_PATH, httponly=True, samesite="lax", secure=is_secure(request))
    return response


@router.get("/p/{slug}/forget")
async def leave_step(request: Request, slug: str) -> Response:
    """Reloading what a form answered."""
    return _back(request, slug)


def _back(request: Request, slug: str) -> Response:
    return RedirectResponse(Pick.of(dict(request.query_params)).url(f"/p/{slug}"), status_code=303)


def _place(page: GuestPageView) -> str:
    return f"remembered_guest/{page.organization_key}"
