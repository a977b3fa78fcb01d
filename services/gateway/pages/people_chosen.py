"""Staff whom a form names, as its script shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.parts import parts_of


async def people_chosen(
    request: Request, signed_in: SignedIn, ids: Sequence[str], before: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """In the order given; of others only who took part ``before`` (names by id)."""
    staff, people, gone = parts_of(request).staff, list[dict[str, Any]](), before or {}
    for staff_id in filter(None, ids):
        known = await staff.find_in(signed_in.organization.id, staff_id)
        if known is not None:
            linked = known.calendar is not None
            people.append({"id": staff_id, "name": known.name, "email": known.email, "linked": linked})
        elif staff_id in gone:
            people.append({"id": staff_id, "name": gone[staff_id], "email": "", "linked": False})
    return people
