"""Connect and disconnect staff members' own Zoom accounts (R1–R4)."""

import secrets
from dataclasses import dataclass

from services.zoom_issuer.providers import Zoom, ZoomUser
from services.zoom_issuer.store import MeetingStore
from shared.connections import Connections, ConnectionStatus
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.people import Account
from shared.contracts.zoom_issuer import EndOfConnection, ZoomConnected, ZoomDisconnected
from shared.due import DueWorker
from shared.messaging.relay import Relay
from shared.mongo import Document, DuplicateKeyError
from shared.oauth import Grant, TokenEndpoint, new_verifier
from shared.problem import Problem
from shared.providers import ProviderError, ProviderRefused

PROVIDER = "zoom"


class StateInvalid(Problem):
    code, status = "oauth_state_invalid", 400
    ja = "連携の手続きが途中で切れました。もう一度お試しください。"
    en = "The connection attempt is no longer valid. Please start again."


class Denied(Problem):
    code, status = "oauth_denied", 409
    ja = "Zoomとの連携がキャンセルされました。"
    en = "The connection to Zoom was cancelled."


class ApprovalRequired(Problem):
    """R4."""

    code, status = "approval_required", 409
    ja = (
        "Zoomの管理者による事前承認が必要です。https://marketplace.zoom.us/user/requests から申請し、"
        "承認されたあとにもう一度連携してください。"
    )
    en = (
        "Your Zoom administrator must pre-approve this app. Request it at "
        "https://marketplace.zoom.us/user/requests and connect again once it is approved."
    )


class PlanNotAllowed(Problem):
    """R2."""

    code, status = "plan_not_allowed", 409
    ja = (
        "このZoomアカウント(無料のベーシックプラン)は、会社の設定により利用できません。"
        "有料プランのアカウントで連携してください。"
    )
    en = "Your organization does not allow Zoom accounts on the Basic plan. Please connect a licensed account."


class AccountTaken(Problem):
    """R3: names neither the other person nor their organization."""

    code, status = "account_taken", 409
    ja = "このZoomアカウントはすでに別の方が連携しています。別のアカウントで連携してください。"
    en = "This Zoom account is already connected by somebody else. Please use another account."


class ProviderFailed(Problem):
    code, status = "provider_failed", 502
    ja = "Zoomから応答がありません。しばらくしてからもう一度お試しください。"
    en = "Zoom did not answer. Please try again in a moment."


@dataclass(frozen=True)
class Return:
    """With what Zoom sent the browser back."""

    state: str
    code: str
    error: str
    error_description: str
    staff_id: str


class Connect:
    """The steps of connecting; ``worker`` is woken for meetings that waited."""

    def __init__(
        self,
        connections: Connections,
        store: MeetingStore,
        endpoint: TokenEndpoint,
        zoom: Zoom,
        relay: Relay,
        worker: DueWorker,
    ) -> None:
        self._connections = connections
        self._store = store
        self._endpoint = endpoint
        self._zoom = zoom
        self._relay = relay
        self._worker = worker

    async def authorize(self, organization_id: str, staff_id: str, email: str, redirect_uri: str) -> str:
        """Begin; answers where the browser goes."""
        state, verifier = secrets.token_urlsafe(32), new_verifier()
        facts: Document = {
            "organization_id": organization_id,
            "staff_id": staff_id,
            "provider": PROVIDER,
            "redirect_uri": redirect_uri,
        }
        await self._connections.begin(state, verifier, facts)
        return self._endpoint.app.authorize(redirect_uri=redirect_uri, state=state, verifier=verifier, login_hint=email)

    async def complete(self, given: Return) -> Document:
        """Finish; answers the connection's row."""
        attempt = await self._connections.take(given.state, staff_id=given.staff_id)
        if attempt is None:
            raise StateInvalid()
        if given.error or not given.code:
            raise _refusal(given.error, given.error_description)
        flow, verifier = attempt
        try:
            grant = await self._endpoint.exchange(given.code, redirect_uri=flow["redirect_uri"], verifier=verifier)
            user = await self._zoom.me(grant.access_token)
        except ProviderRefused as error:
            raise _refusal(error.reason, "") from error
        except ProviderError as error:
            raise ProviderFailed() from error
        if user.basic and not await self._store.allows_basic(flow["organization_id"]):
            raise PlanNotAllowed()
        return await self._store_connection(flow, grant, user)

    async def _store_connection(self, flow: Document, grant: Grant, user: ZoomUser) -> Document:
        facts = {"account": user.email, "account_id": user.user_id, "claims_account": True}

        def connected(version: int) -> CloudEvent[ZoomConnected]:
            data = ZoomConnected(
                staff_id=flow["staff_id"], zoom_user_id=user.user_id, account=Account(email=user.email)
            )
            return envelope(
                data,
                subject=flow["staff_id"],
                organization_id=flow["organization_id"],
                version=version,
                cause=Cause.outside(),
            )

        try:
            row, waiting = await self._connections.connect(flow, grant, facts, connected)
        except DuplicateKeyError as error:
            raise AccountTaken() from error
        self._relay.publish_soon(self._connections.rows, row["_id"], waiting)
        for appointment_id in await self._store.wake_waiting_for(flow["staff_id"]):
            self._worker.wake(appointment_id)
        return row

    async def disconnect(self, organization_id: str, staff_id: str) -> Document | None:
        """Revoke at Zoom and end the link (R1); a second call changes nothing. Answers the row, None where none
        ever was.
        """
        while True:
            row = await self._connections.find(organization_id, staff_id, PROVIDER)
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


def _refusal(error: str, description: str) -> Problem:
    words = f"{error} {description}".lower()
    if "approv" in words or "unauthorized_client" in words:
        return ApprovalRequired()
    return Denied() if "access_denied" in words else StateInvalid()
