"""Organizations, one document each, with their outbox."""

from collections.abc import Sequence
from typing import Any

from services.gateway.model import Organization
from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.mongo import Collection, Database, Document, IndexModel, Session


def _organization(row: Document) -> Organization:
    return Organization.model_validate({**row, "id": row["_id"]})


class OrganizationStore:
    """``version`` grows with every change and is the aggregate's version of its events."""

    def __init__(self, database: Database) -> None:
        self.organizations: Collection = database["organizations"]
        self.indexes: dict[Collection, list[IndexModel]] = {self.organizations: [outbox.INDEX]}

    async def find(self, organization_id: str) -> Organization | None:
        row = await self.organizations.find_one({"_id": organization_id}, {outbox.FIELD: 0})
        return _organization(row) if row else None

    async def first(self) -> Organization | None:
        """The one that was set up: ids are ordered by time."""
        row = await self.organizations.find_one({}, {outbox.FIELD: 0}, sort=[("_id", 1)])
        return _organization(row) if row else None

    async def exists_any(self) -> bool:
        return await self.organizations.find_one({}, {"_id": 1}) is not None

    async def insert(
        self, organization: Organization, events: Sequence[CloudEvent[Any]], session: Session
    ) -> list[outbox.Entry]:
        waiting = outbox.entries(events)
        row = {"_id": organization.id, **organization.model_dump(mode="json", exclude={"id"}), outbox.FIELD: waiting}
        await self.organizations.insert_one(row, session=session)
        return waiting

    async def save(
        self, known: Organization, changed: Organization, events: Sequence[CloudEvent[Any]]
    ) -> list[outbox.Entry] | None:
        """Write unless somebody was faster than what ``known`` was read from, then answer None."""
        waiting = outbox.entries(events)
        result = await self.organizations.update_one(
            {"_id": known.id, "version": known.version},
            {"$set": changed.model_dump(mode="json", exclude={"id"}), "$push": outbox.push(waiting)},
        )
        return waiting if result.modified_count else None

    async def touch(self, organization_id: str, mark: str, session: Session) -> None:
        """Make transactions that count administrators meet in one document, so that two at once conflict."""
        await self.organizations.update_one({"_id": organization_id}, {"$set": {"staff_guard": mark}}, session=session)
