"""Contacts follow appointments (H7): whatever is heard, and however often, each is derived anew from what stands."""

from services.booking.model.contact import contact_id_of, new_contact
from services.booking.store.bookings import StaleVersion
from services.booking.store.contacts import ContactStore
from services.booking.store.guest_history import GuestHistory
from shared import clock
from shared.contracts.booking import AppointmentChanged, AppointmentEvent, AppointmentRescheduled
from shared.problem import Unavailable

_ATTEMPTS = 20


class KnowContacts:
    """The appointments are read after the contact, and the contact is written only if nobody wrote it meanwhile: of two
    at once the last to write has seen all.
    """

    def __init__(self, contacts: ContactStore, history: GuestHistory) -> None:
        self._contacts = contacts
        self._history = history

    async def follow(self, organization_id: str, told: AppointmentEvent) -> None:
        """The guest of the appointment as it was told, and who was before (C9)."""
        guests = [told.appointment.guest]
        if isinstance(told, AppointmentChanged | AppointmentRescheduled) and told.former_guest is not None:
            guests.append(told.former_guest.guest)
        for contact_id in (contact_id_of(organization_id, guest) for guest in guests):
            if contact_id is not None:
                await self(organization_id, contact_id)

    async def __call__(self, organization_id: str, contact_id: str, *, even_edited: bool = False) -> None:
        """``even_edited``: without an appointment there is no contact, whatever staff wrote of it (X5)."""
        for _ in range(_ATTEMPTS):
            try:
                return await self._derive(organization_id, contact_id, even_edited)
            except StaleVersion:
                continue
        raise Unavailable()

    async def _derive(self, organization_id: str, contact_id: str, even_edited: bool) -> None:
        before, forgotten = await self._contacts.known(organization_id, contact_id)
        unowned_since = before.unowned_since if before else None
        visits = await self._history.visits(contact_id, since=forgotten, unowned_since=unowned_since)
        if visits is None:
            if before is not None and (even_edited or not before.edited):
                await self._contacts.remove(before)
        elif before is None:
            made = new_contact(contact_id, organization_id, visits, forgotten, clock.now())
            await self._contacts.save(None, made)
        elif (after := before.seen(visits, clock.now())) != before:
            await self._contacts.save(before, after)

    async def all_anew(self) -> int:
        """Every contact of every organization; how many there are. Safe to repeat, and beside all that goes on."""
        known: dict[tuple[str, str], None] = {}
        async for one in self._history.contact_ids():
            known.setdefault(one)
        async for one in self._contacts.every():
            known.setdefault(one)
        for organization_id, contact_id in known:
            await self(organization_id, contact_id)
        return len(known)
