"""Connect a calendar by OAuth (R1, V1, V2, V4): authorization code, single-use state, PKCE."""

from collections.abc import Callable, Mapping

import structlog

from services.calendar_sync.model.connection import Connection, connection_id_of
from services.calendar_sync.problems import (
    AddressMismatch,
    ApprovalRequired,
    OAuthDenied,
    OAuthStateInvalid,
    ProviderFailed,
)
from services.calendar_sync.providers.listing import may_list
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.providers.rooms import asks_for_rooms
from services.calendar_sync.store.busy import next_version
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.usecases.credentials import FreshCredential
from shared.contracts import actors
from shared.contracts.calendar_sync import CalendarConnected, Provider
from shared.contracts.envelope import Cause, envelope
from shared.contracts.people import Account
from shared.oauth import AccessDenied, ApprovalNeeded, CodeRefused, Grant, TokenEndpoint
from shared.oauth_attempts import Attempt, Attempts, Return
from shared.providers import CredentialRevoked, ProviderError

log = structlog.get_logger(__name__)


class ConnectCalendar:
    """Two steps with the provider's page between them."""

    def __init__(
        self,
        attempts: Attempts,
        connections: Connections,
        providers: Mapping[Provider, CalendarProvider],
        endpoints: Mapping[Provider, TokenEndpoint],
        room_endpoints: Mapping[Provider, TokenEndpoint],
        wake: Callable[[str], None],
    ) -> None:
        self._attempts = attempts
        self._connections = connections
        self._providers = providers
        self._endpoints = endpoints
        self._room_endpoints = room_endpoints
        self._wake = wake

    async def begin(
        self, provider: Provider, *, organization_id: str, staff_id: str, email: str, redirect_uri: str, rooms: bool
    ) -> str:
        """The provider's page to go to. Who has a link with ``rooms`` (V3) is asked for them again."""
        known = await self._connections.find(connection_id_of(staff_id, provider))
        rooms = rooms or (known is not None and known.linked and known.rooms)
        endpoints = self._room_endpoints if rooms else self._endpoints
        return await self._attempts.begin(
            endpoints[provider].app,
            organization_id=organization_id,
            staff_id=staff_id,
            email=email,
            redirect_uri=redirect_uri,
        )

    async def finish(self, provider: Provider, back: Return, *, organization_id: str, request_id: str) -> Connection:
        """Raises the problems of R1: nothing is stored unless all is well."""
        attempt = await self._attempts.take(back, provider=provider)
        if attempt is None or organization_id not in ("", attempt.organization_id):
            raise OAuthStateInvalid()
        if back.error or not back.code:
            refusal = self._endpoints[provider].app.refusal(back.error, back.error_description)
            raise ApprovalRequired() if isinstance(refusal, ApprovalNeeded) else OAuthDenied()
        grant, account = await self._granted(provider, attempt, back.code)
        return await self._store(provider, attempt, grant, account, request_id)

    async def _granted(self, provider: Provider, attempt: Attempt, code: str) -> tuple[Grant, str]:
        endpoint = (self._room_endpoints if asks_for_rooms(provider, attempt.scopes) else self._endpoints)[provider]
        try:
            grant = await endpoint.exchange(code, verifier=attempt.verifier, redirect_uri=attempt.redirect_uri)
            addresses = await self._providers[provider].addresses(FreshCredential(grant.access_token))
        except ApprovalNeeded as error:
            raise ApprovalRequired() from error
        except AccessDenied as error:
            raise OAuthDenied() from error
        except (CodeRefused, CredentialRevoked) as error:
            raise OAuthStateInvalid() from error
        except ProviderError as error:
            log.warning("connection.failed", provider=provider, reason=error.reason)
            raise ProviderFailed() from error
        wanted = attempt.email.strip().casefold()
        account = next((address for address in addresses if address.strip().casefold() == wanted), None)
        if account is None:
            await self._drop(endpoint, grant)
            given = addresses[0] if addresses else ""
            raise AddressMismatch(account=given, expected=attempt.email)
        return grant, account

    async def _drop(self, endpoint: TokenEndpoint, grant: Grant) -> None:
        """A grant that is not used is not kept; failing to revoke it harms nobody."""
        try:
            await endpoint.revoke(grant.refresh_token or grant.access_token)
        except ProviderError as error:
            log.info("grant.not_revoked", reason=error.reason)

    async def _store(
        self, provider: Provider, attempt: Attempt, grant: Grant, account: str, request_id: str
    ) -> Connection:
        event = envelope(
            CalendarConnected(staff_id=attempt.staff_id, provider=provider, account=Account(email=account)),
            subject=attempt.staff_id,
            organization_id=attempt.organization_id,
            version=next_version(),
            cause=Cause.outside(request_id or None, actor=actors.staff(attempt.staff_id)),
        )
        await self._connections.connect(
            attempt.organization_id,
            attempt.staff_id,
            provider,
            account,
            grant,
            event,
            rooms=asks_for_rooms(provider, grant.scopes),
            lists=may_list(provider, grant.scopes),
        )
        found = await self._connections.find(connection_id_of(attempt.staff_id, provider))
        if found is None:
            raise ProviderFailed()
        self._wake(found.connection_id)
        log.info("connection.made", connection_id=found.connection_id)
        return found
