"""Where Stripe sends a guest who paid, or did not (H13): on to the page of their booking, whose link Stripe never
learns (G23). It changes nothing (G7).
"""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import looks_like_token
from services.gateway.pages.guest import nothing
from services.gateway.pages.page_visit import PageVisit
from services.gateway.providers.backend import BackendProblem

router = APIRouter()


@router.get("/paid/{token}")
async def back(request: Request, token: str) -> Response:
    visit = PageVisit.of(request, token, f"/paid/{token}")
    if not looks_like_token(token):
        return _over(request)
    async with visit.parts.limits.guest(request, token=token):
        try:
            way = await visit.parts.backends.booking.back_from_paying(visit.caller(token))
        except BackendProblem as problem:
            return _over(request) if problem.status == 404 else visit.unknown_or_down(problem)
    return RedirectResponse(urlsplit(way.manage_url).path, status_code=303)


def _over(request: Request) -> Response:
    """The same for every link that is none, however wrong, and for one that is over (G23)."""
    return nothing(request, 404, "over", "payments.back_heading", "payments.back_text")
