"""Several rows of the ledger that are gone from their calendar, settled at once."""

from collections.abc import Sequence
from typing import Any

from services.calendar_sync.model.ledger import Row
from services.calendar_sync.store.ledger import Ledger, settled
from shared.contracts.envelope import CloudEvent
from shared.due import HAND_BACK, Lease
from shared.messaging import outbox
from shared.mongo import Client, Document, Session, UpdateOne, in_transaction


class _NotAll(Exception):
    """One of them was wanted otherwise meanwhile, or its lease was lost."""


class Releases:
    """The same collection as ``Ledger``'s."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._ledger = ledger.collection
        self._relay = ledger.relay

    async def settle(self, held: Sequence[tuple[Lease, Row]], event: CloudEvent[Any]) -> bool:
        """All are gone, told by one event, and handed back; or nothing is written, which is False."""
        waiting = outbox.entries([event])
        writes: list[UpdateOne] = []
        for lease, row in held:
            values = {**settled(row, None), "calls": [], "said_at": event.time}
            change: Document = {"$set": values, "$unset": {"due_at": "", **HAND_BACK}}
            if not writes:
                change["$push"] = outbox.push(waiting)
            writes.append(UpdateOne({**lease.held, "wanted_version": row.wanted_version}, change))

        async def work(session: Session) -> None:
            result = await self._ledger.bulk_write(writes, ordered=True, session=session)
            if result.matched_count < len(writes):
                raise _NotAll()

        try:
            await in_transaction(self._client, work)
        except _NotAll:
            return False
        for lease, _ in held:
            lease.handed_back = True
        self._relay.publish_soon(self._ledger, held[0][1].row_id, waiting)
        return True
