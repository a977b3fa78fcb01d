"""Staff change contacts (H7): their owners and administrators, and everybody those that nobody owns."""

from services.booking.model.contact import Contact
from services.booking.problems import UNKNOWN_STAFF, invalid
from services.booking.store.contacts import ContactStore
from services.booking.store.people import PeopleStore
from shared import clock
from shared.contracts.api.contacts import ContactPatch
from shared.internal import Caller


class KeepContacts:
    """Every method raises ``StaleVersion``."""

    def __init__(self, contacts: ContactStore, people: PeopleStore) -> None:
        self._contacts = contacts
        self._people = people

    async def change(self, before: Contact, patch: ContactPatch, caller: Caller) -> Contact:
        """Raises 422 for an owner who is not there."""
        changes: dict[str, object] = {}
        if patch.name is not None:
            changes["put_name"] = patch.name
        if patch.company is not None:
            changes["put_company"] = patch.company
        if "owner_id" in patch.model_fields_set and patch.owner_id != before.owner_id:
            await self._check_owner(patch.owner_id, caller)
            changes |= {"owner_id": patch.owner_id, "unowned_since": None if patch.owner_id else clock.now()}
        after = before.changed(changes, clock.now())
        if after != before:
            after = after.model_copy(update={"edited": True})
            await self._contacts.save(before, after)
        return after

    async def _check_owner(self, owner_id: str | None, caller: Caller) -> None:
        if owner_id is None:
            return
        known = await self._people.staff_of(caller.organization_id, [owner_id])
        if owner_id not in known or known[owner_id].disabled:
            raise invalid(caller.language, ("/owner_id", UNKNOWN_STAFF))


def may_see(contact: Contact, caller: Caller) -> bool:
    """A guest of private appointments only is known to those who take part, to the owner and to administrators."""
    among = contact.readers is None or caller.staff_id in contact.readers
    return caller.is_admin or among or contact.owner_id == caller.staff_id


def may_change(contact: Contact, caller: Caller) -> bool:
    return caller.is_admin or contact.owner_id in (None, caller.staff_id)
