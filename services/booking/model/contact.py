"""A contact: a guest by e-mail address and organization (H7). What it says is derived from the appointments of that
guest; only what staff put, and whose contact it is, is its own.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime

from services.booking.model.page import Utm
from shared.contracts.booking import PageRef
from shared.contracts.envelope import Value
from shared.contracts.people import Guest


def contact_id_of(organization_id: str, guest: Guest) -> str | None:
    """The same for every way of writing an address; None where there is none. Derived, so that nothing has to be
    looked up, and an address that is to be forgotten need not be kept for that.
    """
    address = guest.email.strip().casefold()
    if not address:
        return None
    return "cnt_" + hashlib.sha256(f"{organization_id}\x1f{address}".encode()).hexdigest()[:32]


class Visit(Value):
    """One appointment of the guest, as far as it tells of the contact."""

    guest: Guest
    organizer_id: str
    made_at: AwareDatetime
    page: PageRef | None = None
    utm: Utm | None = None


class Visits(Value):
    """All of them: the newest first up to a number, and those that count one by one. ``organizer_id`` is of the first
    appointment that was made since nobody owned the contact. ``readers``: who takes part, where all are private.
    """

    newest: list[Visit]
    first: Visit
    last_booking: Visit | None
    organizer_id: str | None
    readers: list[str] | None


class LastBooking(Value):
    """On a page (H6)."""

    at: AwareDatetime
    page: PageRef
    utm: Utm


class Contact(Value):
    """``put_name`` and ``put_company`` are staff's words, which stand over the guest's. While nobody owns it, only an
    appointment that is made after ``unowned_since`` gives it an owner; ``forgotten_at``: an earlier self was deleted
    then, and what was made until then is none of this one's. ``edited``: staff changed something.
    """

    contact_id: str
    organization_id: str
    version: int = 1
    email: str
    typed_name: str = ""
    typed_company: str = ""
    put_name: str = ""
    put_company: str = ""
    owner_id: str | None = None
    unowned_since: AwareDatetime | None = None
    forgotten_at: AwareDatetime | None = None
    edited: bool = False
    readers: list[str] | None = None
    first_seen_at: AwareDatetime
    last_seen_at: AwareDatetime
    last_booking: LastBooking | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @property
    def name(self) -> str:
        return self.put_name or self.typed_name

    @property
    def company(self) -> str:
        return self.put_company or self.typed_company

    def changed(self, changes: dict[str, object], at: datetime) -> Self:
        """The next version with these changes; itself where they change nothing."""
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        return self.model_copy(update={**changes, "version": self.version + 1, "updated_at": at})

    def seen(self, visits: Visits, at: datetime) -> Self:
        """As the appointments say now."""
        return self.changed({**_said(visits), "owner_id": self.owner_id or visits.organizer_id}, at)


def new_contact(
    contact_id: str, organization_id: str, visits: Visits, forgotten_at: datetime | None, at: datetime
) -> Contact:
    made = {"contact_id": contact_id, "organization_id": organization_id, "forgotten_at": forgotten_at}
    stamps = {"created_at": at, "updated_at": at}
    return Contact.model_validate({**made, **stamps, **_said(visits), "owner_id": visits.organizer_id})


def _said(visits: Visits) -> dict[str, object]:
    booked = visits.last_booking
    last = LastBooking(at=booked.made_at, page=booked.page, utm=booked.utm or Utm()) if booked and booked.page else None
    return {
        "email": visits.newest[0].guest.email,
        "typed_name": _newest([one.guest.name for one in visits.newest]),
        "typed_company": _newest([one.guest.company for one in visits.newest]),
        "readers": visits.readers,
        "first_seen_at": visits.first.made_at,
        "last_seen_at": visits.newest[0].made_at,
        "last_booking": last,
    }


def _newest(words: Sequence[str]) -> str:
    return next((word for word in words if word), "")
