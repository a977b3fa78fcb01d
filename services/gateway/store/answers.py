"""Answers kept for idempotency keys. All that is said or answered is encrypted: guest URLs stand in answers (G23).

A row is under way while it has a lease, then holds the answer; times are real ones, as the database's expiry is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from shared import clock
from shared.crypto import KeyRing
from shared.ids import new_id
from shared.mongo import ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

_ABOUT = ("id", "appointment_id", "proposal_id", "contact_id")


@dataclass(frozen=True)
class StoredAnswer:
    """As it went out the first time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def about(self) -> list[str]:
        """Ids of what it shows, by which it is found when a guest is erased (X5)."""
        try:
            said = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return []
        found = [said.get(name) for name in _ABOUT] if isinstance(said, dict) else []
        return sorted({one for one in found if isinstance(one, str)})


@dataclass(frozen=True)
class KeptKey:
    """What is known of a key. ``fingerprint`` tells which request it stands for."""

    token: str
    fingerprint: str
    lease_until: datetime
    expires_at: datetime
    answer: StoredAnswer | None
    is_erased: bool = False


class AnswerStore:
    """``_id`` is the hash of the caller and the key; every later write is guarded by the token of who began."""

    def __init__(self, database: Database, ring: KeyRing, *, kept: timedelta, lease: timedelta) -> None:
        self.answers: Collection = database["answers"]
        self._ring = ring
        self._kept = kept
        self._lease = lease
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.answers: [
                IndexModel([("expires_at", ASCENDING)], name="expires", expireAfterSeconds=0),
                IndexModel([("about", ASCENDING)], name="about", sparse=True),
            ]
        }

    async def begin(self, key_id: str, fingerprint: str) -> str | None:
        """The token of a request that may go on; None where the key is known."""
        token, now = new_id("lse"), clock.real_now()
        row = {
            "_id": key_id,
            "token": token,
            "fingerprint": self._ring.encrypt(fingerprint.encode(), place=f"answers/{key_id}/fingerprint"),
            "lease_until": now + self._lease,
            "expires_at": now + self._kept,
        }
        try:
            await self.answers.insert_one(row)
        except DuplicateKeyError:
            return None
        return token

    async def find(self, key_id: str) -> KeptKey | None:
        row = await self.answers.find_one({"_id": key_id})
        if row is None:
            return None
        fingerprint = self._ring.decrypt(row["fingerprint"], place=f"answers/{key_id}/fingerprint").decode()
        erased = row.get("erased", False)
        return KeptKey(row["token"], fingerprint, row["lease_until"], row["expires_at"], self._answer(row), erased)

    async def take_over(self, key_id: str, dead_token: str) -> str | None:
        """Go on in place of a request that died; None where another one was faster."""
        token = new_id("lse")
        result = await self.answers.update_one(
            {"_id": key_id, "token": dead_token, "answer": None},
            {"$set": {"token": token, "lease_until": clock.real_now() + self._lease}},
        )
        return token if result.modified_count else None

    async def finish(self, key_id: str, token: str, answer: StoredAnswer) -> None:
        packed = orjson.dumps(
            {"status": answer.status, "headers": answer.headers, "body": answer.body.decode("latin-1")}
        )
        sealed = self._ring.encrypt(packed, place=f"answers/{key_id}/answer")
        await self.answers.update_one(
            {"_id": key_id, "token": token}, {"$set": {"answer": sealed, "about": answer.about}}
        )

    async def forget(self, key_id: str, token: str) -> None:
        await self.answers.delete_one({"_id": key_id, "token": token})

    async def erase_about(self, ids: Sequence[str]) -> None:
        """The answers go; the keys stay used, so that no late repeat makes again what was erased (X5)."""
        change = {"$set": {"erased": True}, "$unset": {"answer": "", "about": ""}}
        await self.answers.update_many({"about": {"$in": list(ids)}}, change)

    def _answer(self, row: Document) -> StoredAnswer | None:
        if row.get("answer") is None:
            return None
        kept = orjson.loads(self._ring.decrypt(row["answer"], place=f"answers/{row['_id']}/answer"))
        headers = tuple((name, value) for name, value in kept["headers"])
        return StoredAnswer(kept["status"], headers, kept["body"].encode("latin-1"))
