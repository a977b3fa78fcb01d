"""Who may be a guest of a sandbox organization: its own staff, known by their address (H14)."""

from services.booking.model.people import Organization
from services.booking.problems import OutsideSandbox
from services.booking.store.people import PeopleStore
from shared.problem import FieldError, Language


async def check_inside(
    people: PeopleStore,
    organization: Organization | None,
    email: str,
    language: Language,
    pointer: str = "/guest/email",
) -> None:
    """Where nobody has an address, nobody is mailed."""
    if not email or organization is None or not organization.sandbox:
        return
    if email.casefold() not in await people.addresses(organization.organization_id):
        detail = OutsideSandbox.ja if language == "ja" else OutsideSandbox.en
        raise OutsideSandbox(errors=[FieldError(pointer=pointer, detail=detail)])
