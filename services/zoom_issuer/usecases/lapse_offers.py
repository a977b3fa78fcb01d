"""An offer that nobody accepted ends, and its grant at Zoom, unless a link lives by it (C1): the due row's handler."""

from datetime import timedelta

import structlog

from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.connections import Kind
from services.zoom_issuer.store.offers import Offer, Offers
from services.zoom_issuer.usecases.access_tokens import Endpoints
from shared import clock
from shared.due import Lease
from shared.providers import ProviderError

log = structlog.get_logger(__name__)
_TRY_AGAIN = timedelta(minutes=1)


class LapseOffers:
    """Of an app of an account there is no grant to end."""

    def __init__(self, offers: Offers, accounts: Accounts, endpoints: Endpoints) -> None:
        self._offers = offers
        self._accounts = accounts
        self._endpoints = endpoints

    async def __call__(self, lease: Lease) -> None:
        offer = self._offers.of(lease.row)
        grant = offer.found.grant
        if offer.found.kind is Kind.ADMIN and not await self._is_used(lease, offer):
            try:
                await self._endpoints.admin.revoke(grant.refresh_token or grant.access_token)
            except ProviderError as error:
                log.info("grant.not_revoked", provider="zoom", reason=error.reason)
                await self._offers.later(lease, clock.now() + _TRY_AGAIN)
                return
        log.info("offer.ended", offer_id=offer.offer_id)
        await self._offers.end(lease)

    async def _is_used(self, lease: Lease, offer: Offer) -> bool:
        """One consent of a person serves all links to their account; a newer one has ended this already."""
        return await self._accounts.live_by(offer.found) or await self._offers.is_outdated(lease)
