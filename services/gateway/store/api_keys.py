"""API keys (X8), found by the part of their secret that is shown; of the whole only a hash is kept (G23).

A revoked key stays as a name for what it did, without its hash. Nothing of it is cached: revoking holds at once.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.gateway.model import ApiKey
from shared import clock
from shared.crypto import same, token_hash
from shared.mongo import ASCENDING, Collection, Database, Document, IndexModel

_SECRET = re.compile(r"(csk_[0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_START = "csk_"
_SEEN_AGAIN_AFTER = timedelta(minutes=1)
"""How exactly ``last_used_at`` is kept."""


def new_secret() -> tuple[str, str]:
    """A secret of 256 bits, and its part that may be shown."""
    prefix = _START + secrets.token_hex(6)
    return f"{prefix}_{secrets.token_urlsafe(32)}", prefix


def looks_like_key(token: str) -> bool:
    return token.startswith(_START)


def _key(row: Document) -> ApiKey:
    return ApiKey.model_validate({**row, "id": row["_id"]})


class ApiKeyStore:
    """Rows are never changed but for their last use and their end."""

    def __init__(self, database: Database) -> None:
        self.api_keys: Collection = database["api_keys"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.api_keys: [
                IndexModel([("prefix", ASCENDING)], name="prefix", unique=True),
                IndexModel([("organization_id", ASCENDING), ("_id", ASCENDING)], name="organization"),
            ]
        }

    async def insert(self, key: ApiKey, secret: str) -> None:
        row = {**key.model_dump(exclude={"id", "scopes"}), "scopes": [scope.value for scope in key.scopes]}
        await self.api_keys.insert_one({"_id": key.id, **row, "secret_hash": token_hash(secret)})

    async def find(self, secret: str) -> ApiKey | None:
        """Neither revoked nor expired. What is compared takes as long for any secret of the same prefix."""
        shape = _SECRET.fullmatch(secret)
        row = await self.api_keys.find_one({"prefix": shape[1]}) if shape else None
        if row is None or not same(row.get("secret_hash", ""), token_hash(secret)):
            return None
        key = _key(row)
        return None if key.expires_at is not None and key.expires_at <= clock.now() else key

    async def find_in(self, organization_id: str, key_id: str) -> ApiKey | None:
        """Where it is not revoked."""
        query = {"_id": key_id, "organization_id": organization_id, "revoked_at": None}
        row = await self.api_keys.find_one(query)
        return _key(row) if row else None

    async def used(self, key: ApiKey) -> None:
        now = clock.now()
        if key.last_used_at is None or now - key.last_used_at >= _SEEN_AGAIN_AFTER:
            await self.api_keys.update_one({"_id": key.id}, {"$max": {"last_used_at": now}})

    async def list_of(self, organization_id: str, *, after: str, limit: int) -> list[ApiKey]:
        """Those not revoked, oldest first; ``after`` is the id before the first one wanted."""
        query = {"organization_id": organization_id, "_id": {"$gt": after}, "revoked_at": None}
        rows = await self.api_keys.find(query).sort("_id", ASCENDING).limit(limit).to_list(None)
        return [_key(row) for row in rows]

    async def names_of(self, organization_id: str, key_ids: Sequence[str]) -> dict[str, str]:
        """By id, revoked ones too."""
        query = {"_id": {"$in": list(key_ids)}, "organization_id": organization_id}
        rows = await self.api_keys.find(query, {"name": 1}).to_list(None) if key_ids else []
        return {row["_id"]: row["name"] for row in rows}

    async def revoke(self, organization_id: str, key_id: str, at: datetime) -> bool:
        """Whether there is such a key; a second time changes nothing."""
        query = {"_id": key_id, "organization_id": organization_id}
        await self.api_keys.update_one(
            query | {"revoked_at": None}, {"$set": {"revoked_at": at}, "$unset": {"secret_hash": ""}}
        )
        return await self.api_keys.find_one(query, {"_id": 1}) is not None
