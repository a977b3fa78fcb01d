"""Zoom connections: a row per staff member, tokens encrypted at rest (G26); ``generation`` grows with each grant."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.crypto import KeyRing
from shared.ids import new_id
from shared.messaging import outbox
from shared.mongo import AFTER, ASCENDING, Collection, Database, Document, IndexModel
from shared.oauth import Grant
from shared.oauth_attempts import Attempt

PROVIDER = "zoom"
SECRETS = {name: f"connections/{{}}/{name}" for name in ("access_token", "refresh_token")}
"""Encrypted fields and the places that they are bound to."""
RENEWAL_LEASE = timedelta(seconds=30)


class ConnectionStatus(StrEnum):
    """``broken``: the provider refuses its tokens, the person must connect again."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    BROKEN = "broken"


class Connections:
    """The collection ``connections``."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.rows: Collection = database["connections"]
        self._ring = ring
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                outbox.INDEX,
                IndexModel(
                    [("organization_id", ASCENDING), ("staff_id", ASCENDING)],
                    name="owner",
                    unique=True,
                ),
                IndexModel(
                    [("account_id", ASCENDING)],
                    name="account_once",
                    unique=True,
                    partialFilterExpression={"claims_account": True},
                ),
            ],
        }

    async def find(self, organization_id: str, staff_id: str) -> Document | None:
        return await self.rows.find_one({"organization_id": organization_id, "staff_id": staff_id})

    async def get(self, connection_id: str) -> Document | None:
        return await self.rows.find_one({"_id": connection_id})

    async def connect(
        self, attempt: Attempt, grant: Grant, facts: Document, event_of: Callable[[int], CloudEvent[Any]]
    ) -> tuple[Document, list[outbox.Entry]]:
        """Store a new grant and say so; ``event_of`` is given the version of the event.

        Raises ``DuplicateKeyError`` where ``claims_account`` is set and the account is taken (R3).
        """
        key = {"organization_id": attempt.organization_id, "staff_id": attempt.staff_id}
        while True:
            known = await self.rows.find_one(key, {"generation": 1}) or {"_id": new_id("con"), "generation": 0}
            waiting = outbox.entries([event_of(known["generation"] + 1)])
            row = await self.rows.find_one_and_update(
                {"_id": known["_id"], **key, **({"generation": known["generation"]} if known["generation"] else {})},
                {
                    "$set": {**facts, "status": ConnectionStatus.CONNECTED, **self._sealed(known["_id"], grant)},
                    "$unset": {"renewing": "", "broken_reason": ""},
                    "$inc": {"generation": 1},
                    "$push": outbox.push(waiting),
                },
                upsert=known["generation"] == 0,
                return_document=AFTER,
            )
            if row is not None:
                return row, waiting

    async def end(
        self, row: Document, status: ConnectionStatus, reason: str, event_of: Callable[[int], CloudEvent[Any]]
    ) -> list[outbox.Entry] | None:
        """Mark as disconnected or broken and say so, once and only for the grant that was seen; else None."""
        waiting = outbox.entries([event_of(row["generation"] + 1)])
        update: dict[str, Any] = {
            "$set": {"status": status, "broken_reason": reason, "claims_account": False},
            "$unset": {"access_token": "", "renewing": ""},
            "$inc": {"generation": 1},
            "$push": outbox.push(waiting),
        }
        if status is ConnectionStatus.DISCONNECTED:
            update["$unset"]["refresh_token"] = ""
        result = await self.rows.update_one(
            {"_id": row["_id"], "generation": row["generation"], "status": {"$ne": status}}, update
        )
        return waiting if result.modified_count else None

    def refresh_token(self, row: Document) -> str | None:
        return self._open(row, "refresh_token")

    def access_token(self, row: Document) -> str | None:
        return self._open(row, "access_token")

    async def claim_renewal(self, row: Document) -> Document | None:
        """Hold the right to renew for half a minute of real time; None while another worker has it."""
        now = clock.real_now()
        return await self.rows.find_one_and_update(
            {
                "_id": row["_id"],
                "generation": row["generation"],
                "status": ConnectionStatus.CONNECTED,
                "$or": [{"renewing": None}, {"renewing": {"$lt": now}}],
            },
            {"$set": {"renewing": now + RENEWAL_LEASE}},
            return_document=AFTER,
        )

    async def renewed(self, row: Document, grant: Grant) -> Document | None:
        """Commit what a renewal gave; the old refresh token stays where none came."""
        return await self.rows.find_one_and_update(
            {"_id": row["_id"], "generation": row["generation"], "status": ConnectionStatus.CONNECTED},
            {"$set": self._sealed(row["_id"], grant), "$unset": {"renewing": ""}, "$inc": {"generation": 1}},
            return_document=AFTER,
        )

    async def give_up_renewal(self, row: Document) -> None:
        await self.rows.update_one({"_id": row["_id"]}, {"$unset": {"renewing": ""}})

    def _sealed(self, connection_id: str, grant: Grant) -> Document:
        sealed: Document = {
            "access_token": self._ring.encrypt(
                grant.access_token.encode(), place=SECRETS["access_token"].format(connection_id)
            ),
            "access_expires_at": grant.expires_at,
        }
        if grant.refresh_token:
            sealed["refresh_token"] = self._ring.encrypt(
                grant.refresh_token.encode(), place=SECRETS["refresh_token"].format(connection_id)
            )
        return sealed

    def _open(self, row: Document, name: str) -> str | None:
        text = row.get(name)
        return self._ring.decrypt(text, place=SECRETS[name].format(row["_id"])).decode() if text else None
