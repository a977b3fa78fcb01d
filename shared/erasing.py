"""What each service does when a guest is to be erased (X5): one due row per erasure, tried until nothing about it is
under way, then answered by event. Asked again it erases again, which finds what came late.

What is left behind refuses late events by itself: each service keeps the bare id of what it erased where its handlers
read anyway.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog

from shared import clock, due
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.erasure import DataErased, GuestErasureRequested
from shared.contracts.sealed import ErasureSecrets
from shared.crypto import KeyRing
from shared.due import DueWorker, Lease
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import ASCENDING, Collection, Database, Document, IndexModel
from shared.projection import keep_newest

log = structlog.get_logger(__name__)
COLLECTION = "erasures"
FOREVER = 1 << 53
"""The revision of what was erased: nothing that is heard later is newer."""
_KEPT = timedelta(days=30)
_SOONEST, _LATEST = 2.0, 300.0


@dataclass(frozen=True)
class ToErase:
    """``former_ids`` are appointments whose guest is another by now; ``email`` is whom it is about, empty where
    that is whoever were the guests.
    """

    organization_id: str
    appointment_ids: tuple[str, ...] = ()
    proposal_ids: tuple[str, ...] = ()
    former_ids: tuple[str, ...] = ()
    email: str = ""
    contact_id: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Of what is erased as a whole."""
        return (*self.appointment_ids, *self.proposal_ids)


@dataclass(frozen=True)
class Erased:
    """``waiting``: of how many something is still under way, so that they are erased later; ``left_outside`` as in
    ``DataErased``.
    """

    waiting: int = 0
    left_outside: int = 0


class Erases(Protocol):
    """What a service does; safe to repeat."""

    async def __call__(self, wanted: ToErase) -> Erased: ...


ForgetsParked = Callable[[tuple[str, ...]], Awaitable[int]]


class Erasing:
    """The collection ``erasures`` and its worker. ``answer`` is the service's own event."""

    def __init__(
        self,
        database: Database,
        relay: Relay,
        ring: KeyRing,
        answer: type[DataErased],
        erase: Erases,
        forget_parked: ForgetsParked,
    ) -> None:
        self.collection: Collection = database[COLLECTION]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.collection: [
                due.INDEX,
                outbox.INDEX,
                IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
            ]
        }
        self._relay = relay
        self._ring = ring
        self._answer = answer
        self._erase = erase
        self._forget_parked = forget_parked
        self.worker = DueWorker("erasures", self.collection, self._handle, concurrency=2)

    async def on_guest_erasure_requested(self, event: CloudEvent[GuestErasureRequested]) -> None:
        """What is asked again is done and answered again."""
        data = event.data
        state = {
            **data.model_dump(include={"appointment_ids", "proposal_ids", "former_ids", "sealed"}),
            "organization_id": event.organizationid,
            "cause": vars(event.cause()),
            "version": event.aggregateversion,
            "waits": 0,
            "due_at": clock.now(),
        }
        await keep_newest(self.collection, event.subject, state, event.aggregateversion)
        self.worker.wake(event.subject)

    async def _handle(self, lease: Lease) -> None:
        row = lease.row
        wanted = self._wanted(row)
        parked = await self._forget_parked((*wanted.ids, *wanted.former_ids))
        erased = await self._erase(wanted)
        if erased.waiting:
            waits = row.get("waits", 0) + 1
            log.info("erasure.put_off", erasure_id=row["_id"], waiting=erased.waiting)
            pause = due.backoff(waits, first=_SOONEST, most=_LATEST)
            later = {"due_at": clock.now() + pause, "waits": waits}
            await self.collection.update_one({**lease.held, "version": row["version"]}, {"$set": later})
            return
        log.info("erasure.done", erasure_id=row["_id"], subjects=len(wanted.ids), parked=parked)
        await self._finish(lease, erased)

    async def _finish(self, lease: Lease, erased: Erased) -> None:
        """Say so. Asked anew meanwhile, the row stays due."""
        row = lease.row
        event: CloudEvent[Any] = envelope(
            self._answer(left_outside=erased.left_outside),
            subject=row["_id"],
            organization_id=row["organization_id"],
            version=row["version"],
            cause=Cause(**row["cause"]),
        )
        waiting = outbox.entries([event])
        change: Document = {
            "$set": {"expires_at": clock.real_now() + _KEPT},
            "$unset": {"due_at": "", "sealed": ""},
            "$push": outbox.push(waiting),
        }
        done = await self.collection.update_one({**lease.held, "version": row["version"]}, change)
        if done.matched_count:
            self._relay.publish_soon(self.collection, row["_id"], waiting)

    def _wanted(self, row: Document) -> ToErase:
        sealed, whom = row.get("sealed"), ErasureSecrets(email="")
        if sealed:
            whom = ErasureSecrets.unseal(self._ring, sealed, subject=row["_id"])
        return ToErase(
            organization_id=row["organization_id"],
            appointment_ids=tuple(row["appointment_ids"]),
            proposal_ids=tuple(row["proposal_ids"]),
            former_ids=tuple(row["former_ids"]),
            email=whom.email,
            contact_id=whom.contact_id,
        )


def nothing_under_way(row: Document) -> bool:
    """Whether a due row has nothing to do, to say, and nobody who works on it."""
    return not (row.get("due_at") or row.get(outbox.FIELD) or row.get("lease"))


AT_REST: Document = {"due_at": None, "lease": None, f"{outbox.FIELD}.0": {"$exists": False}}
"""The same as a filter."""
