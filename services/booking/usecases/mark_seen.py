"""A guest has opened their page: said by the page's script with a request of its own, never by looking (G7, X12)."""

from services.booking.store.bookings import BookingStore
from shared import clock
from shared.crypto import token_hash
from shared.problem import NotFound


class MarkSeen:
    """The first time stays; what is over is left alone."""

    def __init__(self, store: BookingStore) -> None:
        self._store = store

    async def __call__(self, token: str) -> None:
        hashed = token_hash(token)
        proposal = await self._store.proposal_by_token(hashed)
        if proposal is None:
            if await self._store.registered_by_token(hashed):
                return
            raise NotFound()
        if proposal.is_live and proposal.opened_at is None:
            await self._store.seen(proposal.proposal_id, clock.now())
