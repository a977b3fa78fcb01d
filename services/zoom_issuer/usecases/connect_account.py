"""Connect, replace, take over and end an organization's Zoom account (C1). What ends something is done on a second
word only, after showing what it touches.
"""

from dataclasses import dataclass
from functools import partial

import structlog

from services.zoom_issuer import scopes
from services.zoom_issuer.problems import (
    AccountChanged,
    AdminConsentMissing,
    CredentialsRefused,
    NoAccount,
    OfferGone,
    ProviderFailed,
    ScopesLacking,
    StateInvalid,
)
from services.zoom_issuer.providers import ScopesMissing, Zoom, ZoomUser
from services.zoom_issuer.store.accounts import AccountMoved, Accounts, EventOf, FoundAccount
from services.zoom_issuer.store.connections import Connection, Connections, ConnectionStatus, Kind
from services.zoom_issuer.store.offers import Offer, Offers
from services.zoom_issuer.usecases.access_tokens import Endpoints
from services.zoom_issuer.usecases.connect import problem_of
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import EndOfAccount, ZoomAccountConnected, ZoomAccountEnded
from shared.due import DueWorker
from shared.internal import Caller
from shared.messaging.relay import Relay
from shared.oauth import Grant, TokenEndpoint
from shared.oauth_attempts import Attempts, Return
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused

log = structlog.get_logger(__name__)
ATTEMPT = "zoom_account"


@dataclass(frozen=True)
class Credentials:
    """Of a server-to-server app, as its administrator typed them."""

    account_id: str
    client_id: str
    client_secret: str


class ConnectAccount:
    """``worker`` follows what became of connections. ``offers_consent``: an app for administrators is registered."""

    def __init__(
        self,
        attempts: Attempts,
        connections: Connections,
        accounts: Accounts,
        offers: Offers,
        endpoints: Endpoints,
        zoom: Zoom,
        relay: Relay,
        worker: DueWorker,
        *,
        offers_consent: bool,
    ) -> None:
        self._attempts = attempts
        self._connections = connections
        self._accounts = accounts
        self._offers = offers
        self._endpoints = endpoints
        self._zoom = zoom
        self._relay = relay
        self._worker = worker
        self.offers_consent = offers_consent

    async def with_credentials(self, caller: Caller, given: Credentials) -> Connection | Offer:
        """Raises the problems that say what Zoom has against them."""
        endpoint = self._endpoints.server(given.client_id, given.client_secret)
        try:
            grant = await endpoint.for_account(given.account_id)
        except (CredentialRevoked, ProviderRefused) as error:
            raise CredentialsRefused() from error
        except ProviderError as error:
            raise ProviderFailed() from error
        await self._check(grant)
        found = FoundAccount(
            kind=Kind.SERVER,
            account_id=given.account_id,
            account=given.account_id,
            connected_by=caller.staff_id,
            grant=grant,
            client_id=given.client_id,
            client_secret=given.client_secret,
        )
        return await self._link_or_offer(caller, found)

    async def authorize(self, caller: Caller, email: str, redirect_uri: str) -> str:
        """Answers where the administrator's browser goes."""
        if not self.offers_consent:
            raise AdminConsentMissing()
        return await self._attempts.begin(
            self._endpoints.admin.app,
            organization_id=caller.organization_id,
            staff_id=caller.staff_id,
            email=email,
            redirect_uri=redirect_uri,
            purpose=ATTEMPT,
        )

    async def complete(self, caller: Caller, back: Return) -> Connection | Offer:
        attempt = await self._attempts.take(back, provider=ATTEMPT)
        if attempt is None or attempt.organization_id != caller.organization_id:
            raise StateInvalid()
        endpoint = self._endpoints.admin
        if back.error or not back.code:
            raise problem_of(endpoint.app.refusal(back.error, back.error_description))
        try:
            grant = await endpoint.exchange(back.code, redirect_uri=attempt.redirect_uri, verifier=attempt.verifier)
        except ProviderError as error:
            raise problem_of(error) from error
        user = await self._who(endpoint, grant)
        found = FoundAccount(
            kind=Kind.ADMIN,
            account_id=user.account_id,
            account=user.email,
            connected_by=caller.staff_id,
            grant=grant,
            granted_by=user.user_id,
        )
        return await self._link_or_offer(caller, found)

    async def _who(self, endpoint: TokenEndpoint, grant: Grant) -> ZoomUser:
        try:
            await self._check(grant)
            user = await self._zoom.me(grant.access_token)
        except ProviderError as error:
            await endpoint.drop(grant)
            raise problem_of(error) from error
        except ScopesLacking:
            await endpoint.drop(grant)
            raise
        if not user.account_id:
            raise ProviderFailed()
        return user

    async def _check(self, grant: Grant) -> None:
        """That it may do all that is needed, before anything is changed."""
        if grant.scopes and (lacking := scopes.missing(grant.scopes)):
            raise ScopesLacking(scopes=", ".join(lacking))
        try:
            await self._zoom.users(grant.access_token)
        except ScopesMissing as error:
            raise ScopesLacking(scopes=", ".join(error.scopes) or scopes.NEEDED[0][0]) from error
        except ProviderError as error:
            raise problem_of(error) from error

    async def _link_or_offer(self, caller: Caller, found: FoundAccount) -> Connection | Offer:
        current = await self._accounts.current(caller.organization_id)
        other = await self._accounts.serving_another(caller.organization_id, found.account_id)
        if other is None and (current is None or current.account_id == found.account_id):
            return await self._link(caller, found, current, None)
        for known in (other, *await self._accounts.winding_up(caller.organization_id)):
            if known and known.kind is Kind.ADMIN and known.account_id == found.account_id:
                await self._accounts.hand_over(known, found)
        replaces = current.connection_id if current and current.account_id != found.account_id else None
        return await self._offers.make(
            caller.organization_id, found, replaces=replaces, takes_from=other.connection_id if other else None
        )

    async def confirm(self, caller: Caller, offer_id: str) -> Connection:
        """Do what the page said. Raises ``OfferGone``, and ``AccountChanged`` where it is not as it was shown."""
        offer = await self._offers.hold(caller.organization_id, offer_id)
        if offer is None:
            raise OfferGone()
        current = await self._accounts.current(caller.organization_id)
        if current and current.account_id == offer.found.account_id:
            return current  # the twin of this request was first
        other = await self._accounts.serving_another(caller.organization_id, offer.found.account_id)
        seen = (current.connection_id if current else None, other.connection_id if other else None)
        if seen != (offer.replaces, offer.takes_from):
            raise AccountChanged()
        made = await self._link(caller, offer.found, current, other)
        await self._offers.drop(offer_id)
        return made

    async def refuse(self, caller: Caller, offer_id: str) -> None:
        """A second time, or of one that is gone, changes nothing."""
        await self._offers.refuse(caller.organization_id, offer_id)

    async def offer(self, caller: Caller, offer_id: str) -> Offer:
        offer = await self._offers.get(caller.organization_id, offer_id)
        if offer is None:
            raise OfferGone()
        return offer

    async def _link(
        self, caller: Caller, found: FoundAccount, current: Connection | None, other: Connection | None
    ) -> Connection:
        ended = partial(_ended, caller.organization_id, caller)
        try:
            made, said = await self._accounts.link(
                caller.organization_id,
                found,
                replaces=current,
                takes_from=other,
                connected=_connected(caller, found.kind),
                replaced=ended(EndOfAccount.REPLACED),
                taken=_ended(other.organization_id if other else "", None, EndOfAccount.TAKEN_OVER),
            )
        except AccountMoved as error:
            raise AccountChanged() from error
        log.info("account.connected", connection_id=made.connection_id, kind=made.kind)
        for connection_id, waiting in said:
            self._relay.publish_soon(self._accounts.rows, connection_id, waiting)
            self._worker.wake(connection_id)
        return made

    async def disconnect(self, caller: Caller) -> None:
        """End the link and, where there is something to end, the grant at Zoom. Raises ``NoAccount``."""
        while True:
            seen = await self._accounts.current(caller.organization_id)
            if seen is None:
                raise NoAccount()
            event_of = _ended(caller.organization_id, caller, EndOfAccount.DISCONNECTED)
            waiting = await self._connections.end(
                seen, ConnectionStatus.DISCONNECTED, "", partial(event_of, seen.connection_id)
            )
            if waiting is not None:
                break
        self._relay.publish_soon(self._accounts.rows, seen.connection_id, waiting)
        self._worker.wake(seen.connection_id)
        await revoke(self._connections, self._endpoints, seen)

    async def list_again(self, caller: Caller) -> None:
        """Raises ``NoAccount``."""
        current = await self._accounts.current(caller.organization_id)
        if current is None:
            raise NoAccount()
        await self._accounts.list_again(current.connection_id)
        self._worker.wake(current.connection_id)


async def revoke(connections: Connections, endpoints: Endpoints, seen: Connection) -> None:
    """End the grant at Zoom; one that Zoom could not be told of ends there by itself. Apps of an account have none."""
    token = connections.refresh_token(seen)
    if token is None:
        return
    try:
        await endpoints.of(seen, "").revoke(token)
    except ProviderError as error:
        log.info("grant.not_revoked", provider="zoom", reason=error.reason)


def _connected(caller: Caller, kind: Kind) -> EventOf:
    def event_of(connection_id: str, version: int) -> CloudEvent[ZoomAccountConnected]:
        return envelope(
            ZoomAccountConnected(kind=kind.value),
            subject=connection_id,
            organization_id=caller.organization_id,
            version=version,
            cause=caller.cause(),
        )

    return event_of


def _ended(organization_id: str, caller: Caller | None, reason: EndOfAccount) -> EventOf:
    """Without ``caller`` where those who hear it are not to know who it was (another organization)."""

    def event_of(connection_id: str, version: int) -> CloudEvent[ZoomAccountEnded]:
        cause = caller.cause() if caller else Cause.outside()
        return envelope(
            ZoomAccountEnded(reason=reason, current=reason is not EndOfAccount.REPLACED),
            subject=connection_id,
            organization_id=organization_id,
            version=version,
            cause=cause,
        )

    return event_of
