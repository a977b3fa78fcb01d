"""Contacts (H7). Every write is guarded by the version that was read. Of one that was deleted there stays when, under
an id that tells no address: what was booked before does not bring it back.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from services.booking.model.contact import Contact
from services.booking.store.bookings import StaleVersion
from services.booking.store.searching import holding_all
from shared.internal import Caller
from shared.mongo import ASCENDING, DESCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

_STANDING = {"email": {"$gt": ""}}
_SEARCHED = ("name", "company", "email")


class ContactStore:
    """``contacts``."""

    def __init__(self, database: Database) -> None:
        self.contacts: Collection = database["contacts"]
        order = [("organization_id", ASCENDING), ("last_seen_at", DESCENDING), ("_id", DESCENDING)]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.contacts: [IndexModel(order, name="seen_last", partialFilterExpression=_STANDING)]
        }

    async def find(self, organization_id: str, contact_id: str) -> Contact | None:
        row = await self.contacts.find_one({"_id": contact_id, "organization_id": organization_id, **_STANDING})
        return _read(row) if row else None

    async def known(self, organization_id: str, contact_id: str) -> tuple[Contact | None, datetime | None]:
        """The contact, and when it was last deleted."""
        row = await self.contacts.find_one({"_id": contact_id, "organization_id": organization_id})
        if row is None:
            return None, None
        return _read(row) if row.get("email") else None, row.get("forgotten_at")

    async def seen_last(
        self, caller: Caller, *, words: str, owner_id: str, after: tuple[datetime, str] | None, limit: int
    ) -> list[Contact]:
        """Those that the caller may see, narrowed to all of ``words``; what is empty narrows nothing."""
        conditions: list[Document] = [{"organization_id": caller.organization_id, **_STANDING}]
        if not caller.is_admin:
            conditions.append({"$or": [{"readers": None}, {"readers": caller.staff_id}, {"owner_id": caller.staff_id}]})
        if owner_id:
            conditions.append({"owner_id": owner_id})
        conditions += holding_all(words, *_SEARCHED)
        if after is not None:
            at, an_id = after
            conditions.append({"last_seen_at": {"$lte": at}})
            conditions.append({"$or": [{"last_seen_at": {"$lt": at}}, {"_id": {"$lt": an_id}}]})
        found = self.contacts.find({"$and": conditions}).sort([("last_seen_at", DESCENDING), ("_id", DESCENDING)])
        return [_read(row) for row in await found.limit(limit).to_list(None)]

    async def every(self) -> AsyncIterator[tuple[str, str]]:
        """Organization and id of all that stand."""
        async for row in self.contacts.find(_STANDING, {"organization_id": 1}):
            yield row["organization_id"], row["_id"]

    async def save(self, before: Contact | None, after: Contact) -> None:
        """Raises ``StaleVersion``."""
        which: Document = {"_id": after.contact_id, **_STANDING}
        if before is None:
            which |= {"email": None, "forgotten_at": after.forgotten_at}
        else:
            which |= {"version": before.version}
        try:
            result = await self.contacts.update_one(which, {"$set": _state(after)}, upsert=before is None)
        except DuplicateKeyError as error:
            raise StaleVersion(after.contact_id) from error
        if not result.matched_count and result.upserted_id is None:
            raise StaleVersion(after.contact_id)

    async def remove(self, before: Contact) -> None:
        """No appointment tells of it any more. Raises ``StaleVersion``."""
        await self._replace(before, before.forgotten_at)

    async def forget(self, before: Contact, at: datetime) -> None:
        """Raises ``StaleVersion``."""
        await self._replace(before, at)

    async def drop_mark(self, organization_id: str, contact_id: str, until: datetime) -> None:
        """What was booked before then is erased itself, so that nothing need say that it brings nobody back (X5)."""
        mark = {"_id": contact_id, "organization_id": organization_id, "email": None, "forgotten_at": {"$lte": until}}
        await self.contacts.delete_one(mark)

    async def _replace(self, before: Contact, forgotten_at: datetime | None) -> None:
        which = {"_id": before.contact_id, "version": before.version, **_STANDING}
        if forgotten_at is None:
            done = (await self.contacts.delete_one(which)).deleted_count
        else:
            left = {"organization_id": before.organization_id, "forgotten_at": forgotten_at}
            done = (await self.contacts.replace_one(which, left)).matched_count
        if not done:
            raise StaleVersion(before.contact_id)


def _state(contact: Contact) -> Document:
    """With what is searched."""
    return {**contact.model_dump(exclude={"contact_id"}), "name": contact.name, "company": contact.company}


def _read(row: Document) -> Contact:
    return Contact.model_validate({**row, "contact_id": row["_id"]})
