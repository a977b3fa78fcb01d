"""A guest comes back from Stripe (H13). Stripe keeps the address, so that it holds no token of their page (G23): it
leads there for about as long as there is something to pay, and changes nothing (G7).
"""

from services.booking.store.payments import PaymentStore
from services.booking.usecases.links import Links
from shared import clock
from shared.contracts.api.payments import WayBack
from shared.crypto import token_hash
from shared.problem import NotFound


class ComeBack:
    """Raises ``NotFound``, also of what is over: wrong and right guesses look the same."""

    def __init__(self, store: PaymentStore, links: Links) -> None:
        self._store = store
        self._links = links

    async def __call__(self, token: str) -> WayBack:
        found = await self._store.returned(token_hash(token))
        if found is None or found.payment is None or not found.payment.leads_back(clock.now()):
            raise NotFound()
        return WayBack(manage_url=self._links.of_appointment(found))
