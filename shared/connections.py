"""Rows of OAuth connections: their tokens encrypted at rest, renewed once however many ask (E9, G19, G26).

One row per organization, staff member and provider; ``generation`` grows with each new grant. A rotated refresh
token is
committed before the new access token is used.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.crypto import KeyRing, token_hash
from shared.ids import new_id
from shared.messaging import outbox
from shared.mongo import AFTER, ASCENDING, Collection, Database, Document, IndexModel
from shared.oauth import Grant, TokenEndpoint
from shared.providers import CredentialRevoked, ProviderUnavailable

RENEW_BEFORE = timedelta(minutes=5)
"""Access tokens live an hour; one that ends this soon is renewed first."""
_RENEWAL_SECONDS = 30
FLOW_LIFETIME = timedelta(minutes=15)


class ConnectionStatus(StrEnum):
    """``broken``: the provider refuses its tokens, the person must connect again."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    BROKEN = "broken"


class Connections:
    """Collections ``connections`` and ``oauth_flows`` of one service."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.rows: Collection = database["connections"]
        self.flows: Collection = database["oauth_flows"]
        self._ring = ring
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                outbox.INDEX,
                IndexModel(
                    [("organization_id", ASCENDING), ("staff_id", ASCENDING), ("provider", ASCENDING)],
                    name="owner",
                    unique=True,
                ),
                IndexModel(
                    [("provider", ASCENDING), ("account_id", ASCENDING)],
                    name="account_once",
                    unique=True,
                    partialFilterExpression={"claims_account": True},
                ),
            ],
            self.flows: [IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=86_400)],
        }

    # Flows: one attempt of one person to connect.

    async def begin(self, state: str, verifier: str, facts: Document) -> None:
        """Remember an attempt; ``facts`` names organization, staff member, provider, address and redirect_uri."""
        flow_id = token_hash(state)
        await self.flows.insert_one(
            {
                **facts,
                "_id": flow_id,
                "verifier": self._ring.encrypt(verifier.encode(), place=f"oauth_flows/{flow_id}"),
                "expires_at": clock.now() + FLOW_LIFETIME,
            }
        )

    async def take(self, state: str, *, staff_id: str) -> tuple[Document, str] | None:
        """The attempt and its verifier, once, and only for the person who began it."""
        flow_id = token_hash(state)
        flow = await self.flows.find_one_and_delete(
            {"_id": flow_id, "staff_id": staff_id, "expires_at": {"$gt": clock.now()}}
        )
        if flow is None:
            return None
        return flow, self._ring.decrypt(flow["verifier"], place=f"oauth_flows/{flow_id}").decode()

    # Connections.

    async def find(self, organization_id: str, staff_id: str, provider: str) -> Document | None:
        return await self.rows.find_one(
            {"organization_id": organization_id, "staff_id": staff_id, "provider": provider}
        )

    async def of_staff(self, organization_id: str, staff_id: str) -> list[Document]:
        return await self.rows.find({"organization_id": organization_id, "staff_id": staff_id}).to_list(None)

    async def get(self, connection_id: str) -> Document | None:
        return await self.rows.find_one({"_id": connection_id})

    async def connect(
        self, flow: Document, grant: Grant, facts: Document, event_of: Callable[[int], CloudEvent[Any]]
    ) -> tuple[Document, list[outbox.Entry]]:
        """Store a new grant and say so; ``event_of`` is given the version of the event.

        Raises ``DuplicateKeyError`` where ``claims_account`` is set and the account is taken (R3).
        """
        key = {name: flow[name] for name in ("organization_id", "staff_id", "provider")}
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
            {"$set": {"renewing": now + timedelta(seconds=_RENEWAL_SECONDS)}},
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

    async def rewrap_all(self) -> int:
        """Wrap all stored tokens with the current key; answers how many rows changed. For the rotation command."""
        changed = 0
        async for row in self.rows.find({}, {"access_token": 1, "refresh_token": 1}):
            fresh = {
                name: self._ring.rewrap(row[name], place=_place(row["_id"], name))
                for name in ("access_token", "refresh_token")
                if row.get(name) and not self._ring.is_current(row[name])
            }
            if fresh:
                same_values = {"_id": row["_id"], **{name: row[name] for name in fresh}}
                changed += (await self.rows.update_one(same_values, {"$set": fresh})).modified_count
        return changed

    def _sealed(self, connection_id: str, grant: Grant) -> Document:
        sealed: Document = {
            "access_token": self._ring.encrypt(
                grant.access_token.encode(), place=_place(connection_id, "access_token")
            ),
            "access_expires_at": grant.expires_at,
        }
        if grant.refresh_token:
            sealed["refresh_token"] = self._ring.encrypt(
                grant.refresh_token.encode(), place=_place(connection_id, "refresh_token")
            )
        return sealed

    def _open(self, row: Document, name: str) -> str | None:
        text = row.get(name)
        return self._ring.decrypt(text, place=_place(row["_id"], name)).decode() if text else None


def _place(connection_id: str, name: str) -> str:
    return f"connections/{connection_id}/{name}"


class AccessTokens:
    """Valid access tokens of connections. Raises ``CredentialRevoked`` when the person must connect again."""

    def __init__(self, connections: Connections, endpoints: dict[str, TokenEndpoint]) -> None:
        self._connections = connections
        self._endpoints = endpoints
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, connection_id: str, *, refused: str | None = None) -> str:
        """A token that lives for some minutes; ``refused`` is one that the provider just answered 401 to."""
        row = await self._row(connection_id)
        token = self._usable(row, refused)
        if token is not None:
            return token
        async with self._locks[connection_id]:
            deadline = clock.real_now() + timedelta(seconds=_RENEWAL_SECONDS)
            while clock.real_now() < deadline:
                row = await self._row(connection_id)
                token = self._usable(row, refused)
                if token is not None:
                    return token
                held = await self._connections.claim_renewal(row)
                if held is not None:
                    return await self._renew(held)
                await asyncio.sleep(0.05)
        raise ProviderUnavailable("another worker is renewing the token and does not end")

    async def _row(self, connection_id: str) -> Document:
        row = await self._connections.get(connection_id)
        if row is None or row["status"] != ConnectionStatus.CONNECTED:
            raise CredentialRevoked("not connected")
        return row

    def _usable(self, row: Document, refused: str | None) -> str | None:
        expires_at: datetime = row["access_expires_at"]
        if expires_at - clock.now() <= RENEW_BEFORE:
            return None
        token = self._connections.access_token(row)
        return token if token != refused else None

    async def _renew(self, row: Document) -> str:
        refresh_token = self._connections.refresh_token(row)
        if refresh_token is None:
            raise CredentialRevoked("no refresh token was granted")
        try:
            grant = await self._endpoints[row["provider"]].renew(refresh_token)
        except BaseException:
            await asyncio.shield(self._connections.give_up_renewal(row))
            raise
        if await self._connections.renewed(row, grant) is None:
            raise CredentialRevoked("the connection ended meanwhile")
        return grant.access_token
