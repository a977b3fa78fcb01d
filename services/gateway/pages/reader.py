"""Who reads a staff page, and the page around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from services.gateway.identity import SignedIn, page_form, page_session
from services.gateway.pages import times
from services.gateway.pages.rendering import language_for, render
from services.gateway.parts import parts_of
from shared import clock
from shared.problem import Language

Session = Annotated[SignedIn, Depends(page_session)]
Form = Annotated[SignedIn, Depends(page_form)]
"""A session whose form carries a valid CSRF token."""


@dataclass(frozen=True)
class Reader:
    """The signed-in staff member as templates name them. ``other_zone`` is how ``zone`` is called where it is not the
    organization's, else empty.
    """

    staff_id: str
    name: str
    email: str
    organization: str
    zone: str
    other_zone: str
    csrf: str
    language: Language


def reader_of(request: Request, signed_in: SignedIn) -> Reader:
    language, zone = language_for(request), signed_in.zone
    other = zone != signed_in.organization.time_zone
    return Reader(
        staff_id=signed_in.staff.id,
        name=signed_in.staff.name,
        email=signed_in.staff.email,
        organization=signed_in.organization.name,
        zone=zone,
        other_zone=times.zone_label(zone, clock.now(), language) if other else "",
        csrf=parts_of(request).csrf.token(signed_in.session_id),
        language=language,
    )


def staff_page(
    request: Request,
    signed_in: SignedIn,
    template: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    here: str = "",
) -> HTMLResponse:
    """A page with the navigation, in the reader's zone."""
    reader = reader_of(request, signed_in)
    return render(
        request,
        template,
        {"reader": reader, **values},
        language=reader.language,
        zone=reader.zone,
        status=status,
        here=here,
    )
