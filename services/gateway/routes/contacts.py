"""Contacts (H7). Booking owns them; what it answers goes on as it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.identity import SignedIn, api_staff, require_admin
from services.gateway.parts import parts_of
from shared.contracts.api.contacts import ContactDetail, ContactList, ContactPatch, ContactView
from shared.contracts.api.erasures import ErasureView, GuestExport

router = APIRouter(prefix="/contacts", tags=["contacts"])
Me = Annotated[SignedIn, Depends(api_staff)]


@router.get("", response_model=ContactList)
async def list_contacts(
    request: Request,
    me: Me,
    q: Annotated[str, Query(max_length=255, description="Words that all stand in name, company or address.")] = "",
    owner_id: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Every guest of the organization, who booked last first. Who is the guest of private appointments only is shown
    to those who take part, to the owner and to administrators.
    """
    asked = {"q": q, "owner_id": owner_id, "limit": str(limit), "cursor": cursor}
    query = {name: value for name, value in asked.items() if value}
    return forward(await parts_of(request).backends.booking.contacts(me.caller(), query), tagged=False)


@router.get("/{contact_id}", response_model=ContactDetail)
async def show_contact(request: Request, contact_id: str, me: Me) -> Response:
    """With the appointments that the caller may see."""
    return forward(await parts_of(request).backends.booking.contact(me.caller(), contact_id))


@router.patch("/{contact_id}", response_model=ContactView)
async def change_contact(
    request: Request, contact_id: str, patch: ContactPatch, me: Me, key: Key, if_match: IfMatch
) -> Response:
    """Its owner and administrators; everybody where nobody owns it."""
    booking = parts_of(request).backends.booking
    return forward(await booking.change_contact(me.caller(key), contact_id, body_of(request), if_match=if_match))


@router.get("/{contact_id}/export")
async def export_contact(request: Request, contact_id: str, me: Me) -> GuestExport:
    """Administrators only: everything that is held of the guest, by all services (X5)."""
    require_admin(me)
    return await parts_of(request).export_guest(me.caller(), contact_id)


@router.delete("/{contact_id}", status_code=202, response_model=ErasureView)
async def delete_contact(request: Request, contact_id: str, me: Me, key: Key, if_match: IfMatch) -> Response:
    """Administrators only: the guest is erased in all services (X5). Of their appointments and proposals times, status
    and who attended stay. While one of those is to come or open it is 409 `guest_still_expected`, and `coming` names
    them. Asked again, the same erasure is answered; a guest who books afterwards is a new contact.
    """
    require_admin(me)
    reply = await parts_of(request).backends.booking.delete_contact(me.caller(key), contact_id, if_match=if_match)
    return forward(reply, tagged=False)
