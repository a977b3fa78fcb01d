"""Every request to Zoom goes out here: as a connection, in its turn, counted where it counts (E9, G17, G20)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from services.zoom_issuer.providers import ScopesMissing
from services.zoom_issuer.usecases.access_tokens import AccessToken, AccessTokens
from services.zoom_issuer.usecases.keep_limits import Counted, KeepLimits
from shared.providers import CredentialRevoked, ProviderUnavailable

T = TypeVar("T")
Call = Callable[[str], Awaitable[T]]
"""Takes the access token."""


class CallZoom:
    """A refused access token is renewed once; a fresh one refused is Zoom's trouble, not the person's (G17)."""

    def __init__(self, tokens: AccessTokens, limits: KeepLimits) -> None:
        self._tokens = tokens
        self.limits = limits

    async def __call__(self, connection_id: str, call: Call[T], counts: Counted | None = None) -> T:
        """``counts`` for what is counted against a Zoom user's day."""
        token = await self._tokens.of(connection_id)
        try:
            return await self._once(token, call, counts)
        except ScopesMissing as error:
            await self._tokens.give_up(token, error.reason)
        except CredentialRevoked:
            pass
        fresh = await self._tokens.of(connection_id, refused=token.text)
        try:
            return await self._once(fresh, call, counts)
        except CredentialRevoked as error:
            raise ProviderUnavailable(f"{error.reason} with a fresh token") from error

    async def _once(self, token: AccessToken, call: Call[T], counts: Counted | None) -> T:
        """A host of rows from before is the owner of the connection."""
        connection = token.connection
        if counts is not None:
            user_id = counts.user_id or connection.account_id
            counts = replace(counts, user_id=user_id, connection_id=connection.connection_id)
        return await self.limits.ask(
            connection.connection_id, lambda: call(token.text), basic=connection.basic, counts=counts
        )
