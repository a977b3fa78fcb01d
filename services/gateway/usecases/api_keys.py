"""Making an API key (X8)."""

from dataclasses import dataclass

import structlog

from services.gateway.model import ApiKey, Staff
from services.gateway.schemas.api_keys import ApiKeyCreate
from services.gateway.store.api_keys import ApiKeyStore, new_secret
from shared import clock
from shared.ids import new_id
from shared.problem import Problem

log = structlog.get_logger(__name__)


class ExpiresInThePast(Problem):
    """It could never be used."""

    code, status, pointer = "expires_in_the_past", 422, "/expires_at"
    ja = "有効期限には、これからの日時を指定してください。"
    en = "The key must expire in the future."


@dataclass(frozen=True)
class NewApiKey:
    """The secret is shown this once."""

    key: ApiKey
    secret: str


class MakeApiKey:
    """Raises ``ExpiresInThePast``."""

    def __init__(self, keys: ApiKeyStore) -> None:
        self._keys = keys

    async def __call__(self, maker: Staff, asked: ApiKeyCreate) -> NewApiKey:
        now = clock.now()
        if asked.expires_at is not None and asked.expires_at <= now:
            raise ExpiresInThePast()
        secret, prefix = new_secret()
        key = ApiKey(
            id=new_id("key"),
            organization_id=maker.organization_id,
            name=asked.name,
            prefix=prefix,
            scopes=tuple(sorted(set(asked.scopes))),
            created_by=maker.id,
            created_at=now,
            expires_at=asked.expires_at,
        )
        await self._keys.insert(key, secret)
        log.info("api_key.made", api_key_id=key.id, staff_id=maker.id)
        return NewApiKey(key, secret)
