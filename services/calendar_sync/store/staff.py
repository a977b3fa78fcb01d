"""Time zone and language of staff, as the gateway last said."""

from collections.abc import Sequence

from services.calendar_sync.model.connection import Staff
from shared.mongo import Collection, Document
from shared.projection import keep_newest

INDEXES = ()


class StaffDirectory:
    """The collection ``staff``; the newest version wins."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    async def heard(self, staff: Staff, version: int) -> bool:
        """False when something newer is known."""
        values = {
            "organization_id": staff.organization_id,
            "time_zone": staff.time_zone,
            "locale": staff.locale,
            "enabled": staff.enabled,
        }
        return await self._set(staff.staff_id, values, version)

    async def disabled(self, staff_id: str, organization_id: str, version: int) -> bool:
        return await self._set(staff_id, {"organization_id": organization_id, "enabled": False}, version)

    async def _set(self, staff_id: str, values: Document, version: int) -> bool:
        return await keep_newest(self.collection, staff_id, {**values, "version": version}, version)

    async def find(self, staff_id: str) -> Staff:
        """Somebody of whom nothing was heard yet has the defaults."""
        return (await self.named([staff_id])).get(staff_id, Staff(staff_id, ""))

    async def named(self, staff_ids: Sequence[str]) -> dict[str, Staff]:
        rows = await self.collection.find({"_id": {"$in": list(staff_ids)}}).to_list(None)
        return {row["_id"]: _staff(row) for row in rows}


def _staff(row: Document) -> Staff:
    plain = Staff(row["_id"], row["organization_id"], enabled=row["enabled"])
    return Staff(
        plain.staff_id,
        plain.organization_id,
        time_zone=row.get("time_zone") or plain.time_zone,
        locale=row.get("locale") or plain.locale,
        enabled=plain.enabled,
    )
