"""Ledger rows seen from the guest who takes part in their entry, with what was last told of their answer (H9)."""

from collections.abc import Collection as Many
from typing import Any

from services.calendar_sync.model.ledger import Row
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.rows import row_of
from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.mongo import Document


class GuestAnswers:
    """The guest's side of the collection ``ledger``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger.collection
        self._relay = ledger.relay

    async def written_with_guest(self, connection_id: str, entry_ids: Many[str]) -> list[tuple[Row, list[str] | None]]:
        which: Document = {
            "written.connection_id": connection_id,
            "written.entry_id": {"$in": list(entry_ids)},
            "written.with_guest": True,
            "present": True,
        }
        return [(row_of(row), row.get("guest_told")) for row in await self._ledger.find(which).to_list(None)]

    async def tell(self, row: Row, told: list[str], event: CloudEvent[Any]) -> bool:
        """Unless the entry was written otherwise meanwhile, or another worker told something."""
        waiting = outbox.entries([event])
        which = {"_id": row.row_id, "said_at": row.said_at, "written.with_guest": True}
        change = {"$set": {"guest_told": told, "said_at": event.time}, "$push": outbox.push(waiting)}
        if not (await self._ledger.update_one(which, change)).matched_count:
            return False
        self._relay.publish_soon(self._ledger, row.row_id, waiting)
        return True
