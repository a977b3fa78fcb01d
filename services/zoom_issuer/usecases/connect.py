"""Connect and disconnect staff members' own Zoom accounts (R1–R4)."""

import structlog

from services.zoom_issuer.problems import (
    AccountTaken,
    ApprovalRequired,
    Denied,
    PlanNotAllowed,
    ProviderFailed,
    StateInvalid,
)
from services.zoom_issuer.providers import Zoom, ZoomUser
from services.zoom_issuer.store.connections import (
    PROVIDER,
    AccountClaimed,
    Connection,
    Connections,
    ConnectionStatus,
)
from services.zoom_issuer.store.meetings import MeetingStore
from shared.contracts import actors
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.people import Account
from shared.contracts.zoom_issuer import EndOfConnection, ZoomConnected, ZoomDisconnected
from shared.due import DueWorker
from shared.messaging.relay import Relay
from shared.oauth import AccessDenied, ApprovalNeeded, Grant, TokenEndpoint
from shared.oauth_attempts import Attempt, Attempts, Return
from shared.problem import Problem
from shared.providers import ProviderError, ProviderRefused

log = structlog.get_logger(__name__)


class Connect:
    """The steps of connecting; ``worker`` follows what became of connections."""

    def __init__(
        self,
        attempts: Attempts,
        connections: Connections,
        store: MeetingStore,
        endpoint: TokenEndpoint,
        zoom: Zoom,
        relay: Relay,
        worker: DueWorker,
    ) -> None:
        self._attempts = attempts
        self._connections = connections
        self._store = store
        self._endpoint = endpoint
        self._zoom = zoom
        self._relay = relay
        self._worker = worker

    async def authorize(self, organization_id: str, staff_id: str, email: str, redirect_uri: str) -> str:
        """Begin; answers where the browser goes."""
        return await self._attempts.begin(
            self._endpoint.app,
            organization_id=organization_id,
            staff_id=staff_id,
            email=email,
            redirect_uri=redirect_uri,
        )

    async def complete(self, back: Return, *, request_id: str) -> Connection:
        """Finish. A grant that is refused ended the earlier ones of its account all the same: who else has the account
        connected goes on with it, and where nobody has it is ended at Zoom.
        """
        attempt = await self._attempts.take(back, provider=PROVIDER)
        if attempt is None:
            raise StateInvalid()
        if back.error or not back.code:
            raise problem_of(self._endpoint.app.refusal(back.error, back.error_description))
        try:
            grant = await self._endpoint.exchange(
                back.code, redirect_uri=attempt.redirect_uri, verifier=attempt.verifier
            )
        except ProviderError as error:
            raise problem_of(error) from error
        try:
            user = await self._zoom.me(grant.access_token)
        except ProviderError as error:
            await self._endpoint.drop(grant)
            raise problem_of(error) from error
        try:
            return await self._accept(attempt, grant, user, request_id)
        except Problem:
            if not await self._connections.hand_over(attempt, user.user_id, grant):
                await self._endpoint.drop(grant)
            raise

    async def _accept(self, attempt: Attempt, grant: Grant, user: ZoomUser, request_id: str) -> Connection:
        if user.basic and not await self._store.allows_basic(attempt.organization_id):
            raise PlanNotAllowed()
        return await self._keep(attempt, grant, user, request_id)

    async def _keep(self, attempt: Attempt, grant: Grant, user: ZoomUser, request_id: str) -> Connection:
        def connected(version: int) -> CloudEvent[ZoomConnected]:
            data = ZoomConnected(
                staff_id=attempt.staff_id, zoom_user_id=user.user_id, account=Account(email=user.email)
            )
            return envelope(
                data,
                subject=attempt.staff_id,
                organization_id=attempt.organization_id,
                version=version,
                cause=Cause.outside(request_id or None, actor=actors.staff(attempt.staff_id)),
            )

        try:
            made, waiting = await self._connections.connect(attempt, grant, user, connected)
        except AccountClaimed as error:
            raise AccountTaken() from error
        log.info("connection.made", connection_id=made.connection_id)
        self._relay.publish_soon(self._connections.rows, made.connection_id, waiting)
        self._worker.wake(made.connection_id)
        return made

    async def disconnect(self, organization_id: str, staff_id: str, *, request_id: str) -> Connection | None:
        """Revoke at Zoom and end the link (R1); a second call changes nothing. None where there never was one."""
        while True:
            seen = await self._connections.find(organization_id, staff_id)
            if seen is None or seen.status is ConnectionStatus.DISCONNECTED:
                return seen
            await self._end(seen, request_id)

    async def _end(self, seen: Connection, request_id: str) -> None:
        """End this very grant; nothing where it changed meanwhile."""

        def disconnected(version: int) -> CloudEvent[ZoomDisconnected]:
            return envelope(
                ZoomDisconnected(staff_id=seen.staff_id, reason=EndOfConnection.DISCONNECTED),
                subject=seen.staff_id,
                organization_id=seen.organization_id,
                version=version,
                cause=Cause.outside(request_id or None, actor=actors.staff(seen.staff_id)),
            )

        waiting = await self._connections.end(seen, ConnectionStatus.DISCONNECTED, "", disconnected)
        if waiting is None:
            return
        self._relay.publish_soon(self._connections.rows, seen.connection_id, waiting)
        self._worker.wake(seen.connection_id)
        refresh_token = self._connections.refresh_token(seen)
        if refresh_token:
            await self._revoke(refresh_token)

    async def _revoke(self, token: str) -> None:
        """The link has ended on our side; one that Zoom could not be told of ends there by itself."""
        try:
            await self._endpoint.revoke(token)
        except ProviderError as error:
            log.info("grant.not_revoked", provider=PROVIDER, reason=error.reason)


def problem_of(error: ProviderError) -> Problem:
    """What it is called to whoever is connecting."""
    match error:
        case ApprovalNeeded():
            return ApprovalRequired()
        case AccessDenied():
            return Denied()
        case ProviderRefused():
            return StateInvalid()
        case _:
            return ProviderFailed()
