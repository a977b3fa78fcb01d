"""Access tokens that are renewed before they run out: one renewal per grant, however many ask (G19, E9).

In this process callers share one task, which no caller's end cancels; between replicas a lease in the grant's row
decides. The rotated refresh token is committed before the new access token is used.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

from shared import clock
from shared.ids import new_id
from shared.mongo import ConnectionFailure
from shared.oauth import Grant
from shared.providers import CredentialRevoked, ProviderError, ProviderUnavailable
from shared.single_flight import SingleFlight

S = TypeVar("S")
RENEWAL_LEASE = timedelta(seconds=30)
"""Real time; longer than any renewal takes, since each request has a time-out."""
_LOOK_AGAIN_SECONDS = 0.05


class Grants(Protocol[S]):
    """What a service keeps. ``seen`` is a grant as it was read; what is another by now is changed by nobody."""

    async def claim(self, seen: S, lease: str) -> bool:
        """Whether the caller alone may renew it now, for ``RENEWAL_LEASE``."""
        ...

    async def ask(self, seen: S) -> Grant:
        """Renew at the provider. Raises ``CredentialRevoked`` and other errors of providers."""
        ...

    async def commit(self, seen: S, lease: str, grant: Grant) -> S | None:
        """Keep what came, may be called again after a lost answer. None where ``seen`` is no more."""
        ...

    async def give_back(self, seen: S, lease: str) -> None: ...

    async def refused(self, seen: S, lease: str, reason: str) -> None:
        """The provider refuses it for good: its connection is broken, unless it has another by now. May raise
        ``CredentialRevoked``; else it is read anew.
        """
        ...


class Renewals(Generic[S]):
    """Of all grants of one service, as this process uses them."""

    def __init__(self, grants: Grants[S]) -> None:
        self._grants = grants
        self._flights: SingleFlight[S | None] = SingleFlight()

    async def usable(
        self, read: Callable[[], Awaitable[S]], is_usable: Callable[[S], bool], key: Callable[[S], Hashable]
    ) -> S:
        """The grant as it is read, or renewed; ``key`` names it and its generation. Raises what ``read`` raises,
        ``CredentialRevoked`` and ``ProviderUnavailable``.
        """
        deadline = clock.real_now() + RENEWAL_LEASE
        while clock.real_now() < deadline:
            seen = await read()
            if is_usable(seen):
                return seen
            renewed = await self._flights(key(seen), partial(self._renew, seen))
            if renewed is not None:
                return renewed
        raise ProviderUnavailable("another worker's renewal does not end")

    async def _renew(self, seen: S) -> S | None:
        """None where it is to be read anew: it changed, or another worker renews it."""
        lease = new_id("rnw")
        if not await self._grants.claim(seen, lease):
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            return None
        try:
            grant = await self._grants.ask(seen)
        except CredentialRevoked as error:
            await self._grants.refused(seen, lease, error.reason)
            return None
        except ProviderError:
            await self._grants.give_back(seen, lease)
            raise
        return await self._commit(seen, lease, grant)

    async def _commit(self, seen: S, lease: str, grant: Grant) -> S | None:
        """The old refresh token is dead by now, so that the new one is not given up while the lease lasts."""
        until = clock.real_now() + RENEWAL_LEASE / 2
        while True:
            try:
                return await self._grants.commit(seen, lease, grant)
            except ConnectionFailure:
                if clock.real_now() >= until:
                    raise
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
