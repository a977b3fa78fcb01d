"""Connect and disconnect staff members' own Zoom accounts (R1–R4)."""

from services.zoom_issuer.problems import (
    AccountTaken,
    ApprovalRequired,
    Denied,
    PlanNotAllowed,
    ProviderFailed,
    StateInvalid,
)
from services.zoom_issuer.providers import Zoom, ZoomUser
from services.zoom_issuer.store.connections import PROVIDER, Connections, ConnectionStatus
from services.zoom_issuer.store.meetings import MeetingStore
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.people import Account
from shared.contracts.zoom_issuer import EndOfConnection, ZoomConnected, ZoomDisconnected
from shared.due import DueWorker
from shared.messaging.relay import Relay
from shared.mongo import Document, DuplicateKeyError
from shared.oauth import AccessDenied, ApprovalNeeded, Grant, TokenEndpoint
from shared.oauth_attempts import Attempt, Attempts, Return
from shared.problem import Problem
from shared.providers import ProviderError, ProviderRefused


class Connect:
    """The steps of connecting; ``worker`` is woken for meetings that waited."""

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

    async def complete(self, back: Return) -> Document:
        """Finish; answers the connection's row."""
        attempt = await self._attempts.take(back, provider=PROVIDER)
        if attempt is None:
            raise StateInvalid()
        if back.error or not back.code:
            raise _problem(self._endpoint.app.refusal(back.error, back.error_description))
        try:
            grant = await self._endpoint.exchange(
                back.code, redirect_uri=attempt.redirect_uri, verifier=attempt.verifier
            )
            user = await self._zoom.me(grant.access_token)
        except ProviderRefused as error:
            raise _problem(error) from error
        except ProviderError as error:
            raise ProviderFailed() from error
        if user.basic and not await self._store.allows_basic(attempt.organization_id):
            raise PlanNotAllowed()
        return await self._store_connection(attempt, grant, user)

    async def _store_connection(self, attempt: Attempt, grant: Grant, user: ZoomUser) -> Document:
        facts = {"account": user.email, "account_id": user.user_id, "claims_account": True}

        def connected(version: int) -> CloudEvent[ZoomConnected]:
            data = ZoomConnected(
                staff_id=attempt.staff_id, zoom_user_id=user.user_id, account=Account(email=user.email)
            )
            return envelope(
                data,
                subject=attempt.staff_id,
                organization_id=attempt.organization_id,
                version=version,
                cause=Cause.outside(),
            )

        try:
            row, waiting = await self._connections.connect(attempt, grant, facts, connected)
        except DuplicateKeyError as error:
            raise AccountTaken() from error
        self._relay.publish_soon(self._connections.rows, row["_id"], waiting)
        for appointment_id in await self._store.wake_waiting_for(attempt.staff_id):
            self._worker.wake(appointment_id)
        return row

    async def disconnect(self, organization_id: str, staff_id: str) -> Document | None:
        """Revoke at Zoom and end the link (R1); a second call changes nothing. Answers the row, None where none
        ever was.
        """
        while True:
            row = await self._connections.find(organization_id, staff_id)
            if row is None or row["status"] == ConnectionStatus.DISCONNECTED:
                return row
            refresh_token = self._connections.refresh_token(row)
            waiting = await self._connections.end(
                row,
                ConnectionStatus.DISCONNECTED,
                "",
                lambda version: _disconnected(row, version),  # noqa: B023
            )
            if waiting is None:
                continue
            self._relay.publish_soon(self._connections.rows, row["_id"], waiting)
            if refresh_token:
                await self._revoke(refresh_token)
            return {**row, "status": ConnectionStatus.DISCONNECTED}

    async def _revoke(self, token: str) -> None:
        """The link has ended on our side; one that Zoom could not be told of ends there by itself."""
        try:
            await self._endpoint.revoke(token)
        except ProviderError:
            return


def _disconnected(row: Document, version: int) -> CloudEvent[ZoomDisconnected]:
    return envelope(
        ZoomDisconnected(staff_id=row["staff_id"], reason=EndOfConnection.DISCONNECTED),
        subject=row["staff_id"],
        organization_id=row["organization_id"],
        version=version,
        cause=Cause.outside(),
    )


def _problem(refusal: ProviderRefused) -> Problem:
    if isinstance(refusal, ApprovalNeeded):
        return ApprovalRequired()
    return Denied() if isinstance(refusal, AccessDenied) else StateInvalid()
