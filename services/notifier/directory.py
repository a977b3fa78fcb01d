"""Organizations and staff as the gateway tells them; the newest version wins."""

from collections.abc import Sequence

from services.notifier.model.people import Organization, StaffMember
from shared.mongo import ASCENDING, Collection, Database, IndexModel
from shared.projection import keep_newest

STAFF_INDEXES = (IndexModel([("organization_id", ASCENDING), ("role", ASCENDING)], name="by_role"),)


class Directory:
    """Two collections, one document per organization and staff member."""

    def __init__(self, database: Database) -> None:
        self.organizations: Collection = database["organizations"]
        self.staff: Collection = database["staff"]

    async def remember_organization(self, organization: Organization) -> None:
        state = organization.model_dump(mode="json")
        await keep_newest(self.organizations, organization.organization_id, state, organization.version)

    async def remember_staff(self, member: StaffMember) -> None:
        await keep_newest(self.staff, member.staff_id, member.model_dump(mode="json"), member.version)

    async def organization(self, organization_id: str) -> Organization | None:
        row = await self.organizations.find_one({"_id": organization_id})
        return Organization.model_validate(row) if row else None

    async def members(self, staff_ids: Sequence[str]) -> dict[str, StaffMember]:
        rows = await self.staff.find({"_id": {"$in": list(staff_ids)}}).to_list(None)
        return {row["_id"]: StaffMember.model_validate(row) for row in rows}

    async def addresses(self, organization_id: str) -> list[str]:
        """Of all staff who are not disabled, as they were told."""
        query = {"organization_id": organization_id, "disabled": False}
        rows = await self.staff.find(query, {"person.email": 1}).to_list(None)
        return [row["person"]["email"] for row in rows]

    async def administrators(self, organization_id: str) -> list[StaffMember]:
        query = {"organization_id": organization_id, "role": "admin", "disabled": False}
        rows = await self.staff.find(query).sort("_id", ASCENDING).to_list(None)
        return [StaffMember.model_validate(row) for row in rows]
