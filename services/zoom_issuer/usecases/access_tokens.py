"""Access tokens that are renewed before they run out: one renewal per connection, however many ask (G19, E9).

In this process a lock, between replicas a lease in the row. The rotated refresh token is committed before the new
access token is used.
"""

import asyncio
from datetime import datetime, timedelta

from services.zoom_issuer.store.connections import RENEWAL_LEASE, Connections, ConnectionStatus
from shared import clock
from shared.mongo import Document
from shared.oauth import TokenEndpoint
from shared.providers import CredentialRevoked, ProviderUnavailable
from shared.single_flight import Turns

_RENEW_BEFORE = timedelta(minutes=5)
"""Access tokens live an hour; one that ends this soon is renewed first."""
_LOOK_AGAIN_SECONDS = 0.05


class AccessTokens:
    """Raises ``CredentialRevoked`` when the person must connect again."""

    def __init__(self, connections: Connections, endpoint: TokenEndpoint) -> None:
        self._connections = connections
        self._endpoint = endpoint
        self._turns = Turns()

    async def of(self, connection_id: str, *, refused: str | None = None) -> str:
        """A token that lives for some minutes; ``refused`` is one that the provider just answered 401 to."""
        row = await self._row(connection_id)
        token = self._usable(row, refused)
        if token is not None:
            return token
        async with self._turns.of(connection_id):
            deadline = clock.real_now() + RENEWAL_LEASE
            while clock.real_now() < deadline:
                row = await self._row(connection_id)
                token = self._usable(row, refused)
                if token is not None:
                    return token
                held = await self._connections.claim_renewal(row)
                if held is not None:
                    return await self._renew(held)
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        raise ProviderUnavailable("another worker is renewing the token and does not end")

    async def _row(self, connection_id: str) -> Document:
        row = await self._connections.get(connection_id)
        if row is None or row["status"] != ConnectionStatus.CONNECTED:
            raise CredentialRevoked("not connected")
        return row

    def _usable(self, row: Document, refused: str | None) -> str | None:
        expires_at: datetime = row["access_expires_at"]
        if expires_at - clock.now() <= _RENEW_BEFORE:
            return None
        token = self._connections.access_token(row)
        return token if token != refused else None

    async def _renew(self, row: Document) -> str:
        refresh_token = self._connections.refresh_token(row)
        if refresh_token is None:
            raise CredentialRevoked("no refresh token was granted")
        try:
            grant = await self._endpoint.renew(refresh_token)
        except BaseException:
            await asyncio.shield(self._connections.give_up_renewal(row))
            raise
        if await self._connections.renewed(row, grant) is None:
            raise CredentialRevoked("the connection ended meanwhile")
        return grant.access_token
