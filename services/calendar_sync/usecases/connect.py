"""Connect a calendar by OAuth (R1, V1, V2, V4): authorization code, single-use state, PKCE."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.calendar_sync.model.connection import Connection, connection_id_of
from services.calendar_sync.problems import (
    AddressMismatch,
    ApprovalRequired,
    OAuthDenied,
    OAuthStateInvalid,
    ProviderFailed,
)
from services.calendar_sync.providers.protocol import ApprovalNeeded, CalendarProvider, Grant, ScopesRefused
from services.calendar_sync.store.attempts import Attempt, Attempts
from services.calendar_sync.store.busy import next_version
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.usecases.credentials import FreshCredential
from shared import clock
from shared.contracts.calendar_sync import CalendarConnected, Provider
from shared.contracts.envelope import Cause, envelope
from shared.contracts.people import Account
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Return:
    """What the person came back with from the provider."""

    state: str
    code: str
    error: str
    error_description: str
    staff_id: str


class ConnectCalendar:
    """Two steps with the provider's page between them."""

    def __init__(
        self,
        attempts: Attempts,
        connections: Connections,
        providers: Mapping[Provider, CalendarProvider],
        wake: Callable[[str], None],
        *,
        state_lifetime: timedelta,
    ) -> None:
        self._attempts = attempts
        self._connections = connections
        self._providers = providers
        self._wake = wake
        self._state_lifetime = state_lifetime

    async def begin(
        self, provider: Provider, *, organization_id: str, staff_id: str, email: str, redirect_uri: str
    ) -> str:
        """The provider's page to go to."""
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        attempt = Attempt(provider, organization_id, staff_id, email, redirect_uri, verifier)
        await self._attempts.keep(state, attempt, clock.now() + self._state_lifetime)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return self._providers[provider].authorize_url(
            state=state, challenge=challenge, redirect_uri=redirect_uri, login_hint=email
        )

    async def finish(self, provider: Provider, back: Return, *, organization_id: str, request_id: str) -> Connection:
        """Raises the problems of R1: nothing is stored unless all is well."""
        attempt = await self._attempts.take(back.state)
        if attempt is None or (attempt.provider, attempt.staff_id) != (provider, back.staff_id):
            raise OAuthStateInvalid()
        if organization_id not in ("", attempt.organization_id):
            raise OAuthStateInvalid()
        if back.error or not back.code:
            refusal = self._providers[provider].refusal(back.error, back.error_description)
            raise ApprovalRequired() if isinstance(refusal, ApprovalNeeded) else OAuthDenied()
        grant, account = await self._granted(provider, attempt, back.code)
        return await self._store(attempt, grant, account, request_id)

    async def _granted(self, provider: Provider, attempt: Attempt, code: str) -> tuple[Grant, str]:
        adapter = self._providers[provider]
        try:
            grant = await adapter.redeem(code, verifier=attempt.verifier, redirect_uri=attempt.redirect_uri)
            addresses = await adapter.addresses(FreshCredential(grant.access_token))
        except ApprovalNeeded as error:
            raise ApprovalRequired() from error
        except ScopesRefused as error:
            raise OAuthDenied() from error
        except CredentialRevoked as error:
            raise OAuthStateInvalid() from error
        except ProviderError as error:
            log.warning("connection.failed", provider=provider, reason=error.reason)
            raise ProviderFailed() from error
        wanted = attempt.email.strip().casefold()
        account = next((address for address in addresses if address.strip().casefold() == wanted), None)
        if account is None:
            await self._drop(adapter, grant)
            given = addresses[0] if addresses else ""
            raise AddressMismatch(account=given, expected=attempt.email)
        return grant, account

    async def _drop(self, adapter: CalendarProvider, grant: Grant) -> None:
        """A grant that is not used is not kept; failing to revoke it harms nobody."""
        try:
            await adapter.revoke(grant.refresh_token or grant.access_token)
        except (ProviderError, ProviderRefused) as error:
            log.info("grant.not_revoked", reason=error.reason)

    async def _store(self, attempt: Attempt, grant: Grant, account: str, request_id: str) -> Connection:
        event = envelope(
            CalendarConnected(staff_id=attempt.staff_id, provider=attempt.provider, account=Account(email=account)),
            subject=attempt.staff_id,
            organization_id=attempt.organization_id,
            version=next_version(),
            cause=Cause.outside(request_id or None),
        )
        await self._connections.connect(
            attempt.organization_id, attempt.staff_id, attempt.provider, account, grant, event
        )
        found = await self._connections.find(connection_id_of(attempt.staff_id, attempt.provider))
        if found is None:
            raise ProviderFailed()
        self._wake(found.connection_id)
        log.info("connection.made", connection_id=found.connection_id)
        return found
