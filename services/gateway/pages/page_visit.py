"""One request of a guest to a scheduling page or to the appointment that was booked on one, and what is told where a
page cannot be shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from services.gateway.edge.headers import framed_by
from services.gateway.pages.guest import nothing, retry_headers, unknown_link
from services.gateway.pages.guest_view import Reading
from services.gateway.pages.pick import Pick
from services.gateway.pages.rendering import language_for, render
from services.gateway.parts import GatewayParts, parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.caller import GuestCaller
from shared import clock
from shared.problem import Language

BOOKED = "booked"
"""In the address of what was just booked in a frame; its script takes it away again."""


@dataclass(frozen=True)
class PageVisit:
    """``place`` is the page's slug or the appointment's token, ``path`` where its pages begin."""

    request: Request
    parts: GatewayParts
    place: str
    path: str
    language: Language
    pick: Pick

    @classmethod
    def of(cls, request: Request, place: str, path: str) -> "PageVisit":
        return cls(request, parts_of(request), place, path, language_for(request), Pick.of(dict(request.query_params)))

    @property
    def is_new(self) -> bool:
        """Whether it was booked a moment ago in a frame, so that the site around it is told."""
        return self.pick.embed and self.request.query_params.get(BOOKED) == "1"

    def caller(self, token: str = "", key: str | None = None) -> GuestCaller:
        return GuestCaller(token, self.language, getattr(self.request.state, "request_id", ""), key)

    def reading(self, zone: str) -> Reading:
        return Reading(self.language, zone, clock.now())

    def show(
        self,
        template: str,
        values: Mapping[str, object],
        *,
        zone: str,
        here: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        origins: Sequence[str] = (),
    ) -> Response:
        """``origins`` may show it in a frame."""
        return render(
            self.request,
            template,
            {**values, "embed": self.pick.embed, "origins": origins},
            language=self.language,
            zone=zone,
            status=status,
            headers={**framed_by(origins), **(headers or {})},
            here=here,
        )

    def unknown_or_down(self, problem: BackendProblem) -> Response:
        if problem.status == 404:
            return unknown_link(self.request)
        headers = retry_headers(problem.retry_after)
        return nothing(self.request, problem.status, "over", "common.error_heading", "common.error_text", headers)
