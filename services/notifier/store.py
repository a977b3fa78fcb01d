"""Matters in MongoDB: one document each, with its deliveries, its lease and its outbox, so that every change is atomic.

``version`` guards all writes that follow from what was read: a worker never renders from facts that changed meanwhile.
"""

import base64
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from services.notifier.model.matter import Delivery, Matter, Status
from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.crypto import KeyRing
from shared.due import HAND_BACK, Lease
from shared.due import INDEX as DUE_INDEX
from shared.erasing import AT_REST
from shared.messaging import outbox
from shared.messaging.outcome import NotYet
from shared.messaging.relay import Relay
from shared.mongo import ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

_ATTEMPTS = 20
TROUBLED = "troubled"
"""Of a matter: which of its mails did not go out (``owed.py``)."""

MATTER_INDEXES = (
    DUE_INDEX,
    outbox.INDEX,
    IndexModel(
        [("facts.appointment.proposal_id", ASCENDING)],
        name="proposal",
        partialFilterExpression={"facts.appointment.proposal_id": {"$gt": ""}},
    ),
)


class Safe:
    """Encrypts what must not lie in the database in clear: join URLs, guest URLs, whole mails (G26)."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def lock(self, value: str, *, about: str) -> str:
        return self._ring.encrypt(value.encode(), place=f"matters/{about}")

    def open(self, locked: str, *, about: str) -> str:
        return self._ring.decrypt(locked, place=f"matters/{about}").decode()

    def lock_mail(self, content: bytes, *, about: str) -> str:
        packed = base64.b64encode(zlib.compress(content, 1)).decode()
        return self.lock(packed, about=about)

    def open_mail(self, locked: str, *, about: str) -> bytes:
        return zlib.decompress(base64.b64decode(self.open(locked, about=about)))


def matter_of(row: Document) -> Matter:
    return Matter.model_validate({**row["facts"], "deliveries": row.get("deliveries", {})})


class Matters:
    """``next_look`` answers when a matter must be worked on, from what is known of it."""

    def __init__(self, database: Database, relay: Relay, next_look: Callable[[Matter], datetime | None]) -> None:
        self.collection: Collection = database["matters"]
        self._relay = relay
        self._next_look = next_look

    async def find(self, about: str) -> Matter | None:
        row = await self.collection.find_one({"_id": about, "erased": None}, {outbox.FIELD: 0, "lease": 0})
        return matter_of(row) if row else None

    async def row(self, about: str) -> Document | None:
        return await self.collection.find_one({"_id": about})

    async def take(self, about: str, organization_id: str, merge: Callable[[Matter], Matter]) -> bool:
        """Merge something heard; answers whether there is work at once. Repeats change nothing."""
        for _ in range(_ATTEMPTS):
            row = await self.collection.find_one({"_id": about}, {outbox.FIELD: 0, "lease": 0})
            if row and row.get("erased"):
                return False
            known = matter_of(row) if row else Matter(about=about, organization_id=organization_id)
            merged = merge(known)
            if row and merged == known:
                return False
            look_at = self._next_look(merged)
            if await self._write_facts(row, merged, look_at):
                return look_at is not None and look_at <= clock.now()
        raise NotYet(f"a quiet moment of {about}")

    async def _write_facts(self, row: Document | None, matter: Matter, look_at: datetime | None) -> bool:
        facts = matter.model_dump(mode="json", exclude={"deliveries"})
        due = {"due_at": look_at} if look_at else {}
        if row is None:
            document = {"_id": matter.about, "version": 1, "facts": facts, "deliveries": {}, "outbox": [], **due}
            try:
                await self.collection.insert_one(document)
            except DuplicateKeyError:
                return False
            return True
        update: dict[str, Any] = {"$set": {"facts": facts, **due}, "$inc": {"version": 1}}
        if matter.given_up:
            marks = [f"{status}|{key}" for status in _MARKS.values() for key in matter.given_up]
            update["$pull"] = {TROUBLED: {"$in": marks}}
        if look_at is None:
            update["$unset"] = {"due_at": ""}
        done = await self.collection.update_one({"_id": matter.about, "version": row["version"]}, update)
        return done.modified_count == 1

    async def freeze(self, lease: Lease, deliveries: dict[str, Delivery]) -> bool:
        """Keep rendered mails before the first of them is tried; refused when something was heard meanwhile."""
        changed = {f"deliveries.{key}": _dump(delivery) for key, delivery in deliveries.items()}
        done = await self.collection.update_one(
            {**lease.held, "version": lease.row["version"]}, {"$set": changed, "$inc": {"version": 1}}
        )
        lease.row["version"] += done.modified_count
        return done.modified_count == 1

    async def keep(self, lease: Lease, deliveries: dict[str, Delivery], events: Sequence[CloudEvent[Any]]) -> None:
        """Write what became of some mails and say so while others are under way; the matter stays held and due."""
        waiting = outbox.entries(events)
        changed = {f"deliveries.{key}": _dump(delivery) for key, delivery in deliveries.items()}
        done = await self.collection.update_one(lease.held, {"$set": changed, "$push": outbox.push(waiting)})
        if done.modified_count:
            self._relay.publish_soon(self.collection, lease.row["_id"], waiting)

    async def finish(
        self, lease: Lease, deliveries: dict[str, Delivery], look_at: datetime | None, events: Sequence[CloudEvent[Any]]
    ) -> None:
        """Write what became of mails, say so, and hand the matter back where nothing is due, all in one write. One that
        changed meanwhile stays due.
        """
        waiting = outbox.entries(events)
        update: dict[str, Any] = {"$inc": {"version": 1}}
        if waiting:
            update["$push"] = outbox.push(waiting)
        changed: Document = {f"deliveries.{key}": _dump(delivery) for key, delivery in deliveries.items()}
        changed[TROUBLED] = _troubled(matter_of(lease.row).with_deliveries(deliveries))
        rests = look_at is None or look_at > clock.now()
        rest = {
            "$set": {**changed, "due_at": look_at} if look_at else changed,
            "$unset": {**({} if look_at else {"due_at": ""}), **(HAND_BACK if rests else {})},
        }
        unchanged = {**lease.held, "version": lease.row["version"]}
        done = await self.collection.update_one(unchanged, {**update, **{k: v for k, v in rest.items() if v}})
        lease.handed_back = rests and done.modified_count == 1
        if done.modified_count == 0:
            again = {**changed, "due_at": clock.now()}
            done = await self.collection.update_one(lease.held, {**update, "$set": again})
        if done.modified_count:
            self._relay.publish_soon(self.collection, lease.row["_id"], waiting)

    async def erase(self, about: str, organization_id: str) -> bool:
        """Nothing but the id stays (X5), which was there or is heard of later; false while something is under way."""
        bare = {
            "version": 1,
            "facts": Matter(about=about, organization_id=organization_id).model_dump(mode="json"),
            "deliveries": {},
            outbox.FIELD: [],
            "erased": True,
        }
        try:
            done = await self.collection.replace_one({"_id": about, "erased": None, **AT_REST}, bare, upsert=True)
        except DuplicateKeyError:
            return await self.collection.find_one({"_id": about, "erased": True}, {"_id": 1}) is not None
        return bool(done.matched_count or done.upserted_id)

    async def any_erased(self, about: Sequence[str]) -> bool:
        return await self.collection.find_one({"_id": {"$in": list(about)}, "erased": True}, {"_id": 1}) is not None

    async def replace(self, row: Document, after: Matter) -> bool:
        """All of a matter that nobody works on; false where it changed since it was read."""
        deliveries = {key: _dump(delivery) for key, delivery in after.deliveries.items()}
        facts = after.model_dump(mode="json", exclude={"deliveries"})
        change = {"$set": {"facts": facts, "deliveries": deliveries}, "$inc": {"version": 1}}
        which = {"_id": after.about, "version": row["version"], **AT_REST}
        return (await self.collection.update_one(which, change)).modified_count == 1

    async def is_settled(self, proposal_id: str) -> bool:
        """Whether an appointment came of this proposal."""
        found = await self.collection.find_one({"facts.appointment.proposal_id": proposal_id}, {"_id": 1})
        return found is not None


_MARKS = {Status.FAILED: "failed", Status.OPEN: "waiting"}


def _troubled(matter: Matter) -> list[Any]:
    """Failed for good, or put off; not what an operator gave up."""
    return [
        f"{_MARKS[delivery.status]}|{key}"
        for key, delivery in matter.deliveries.items()
        if delivery.status in _MARKS and delivery.tries + (delivery.status is Status.FAILED) > 0
        if key not in matter.given_up
    ]


def _dump(delivery: Delivery) -> dict[str, Any]:
    return delivery.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
