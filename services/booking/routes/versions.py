"""``If-Match`` (412 where it is old) and who may change what (403)."""

from fastapi import Header

from services.booking.model.appointment import Appointment
from services.booking.model.proposal import Proposal
from services.booking.views.staff import Access
from shared.internal import Caller
from shared.problem import Forbidden, VersionMismatch


async def if_match(if_match: str | None = Header(default=None)) -> str | None:
    """The header as it came."""
    return if_match


def check_change(item: Proposal | Appointment, caller: Caller, expected: str | None) -> None:
    """Creator, organizer and administrators may change; what they saw must still be so."""
    if not Access.of(item, caller).can_change:
        raise Forbidden()
    if expected is None or expected.strip() == "*":
        return
    tags = {tag.strip().removeprefix("W/").strip('"').removeprefix("r") for tag in expected.split(",")}
    if str(item.version) not in tags:
        raise VersionMismatch()
