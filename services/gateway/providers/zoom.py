"""zoom_issuer: people's links to Zoom, and the organization's one Zoom account with its users (C1, C2)."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.gateway.providers.answers import AuthorizeUrl, ConnectionStatus
from services.gateway.providers.connecting import Connecting
from shared.internal import Caller


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AccountKind(StrEnum):
    """By an administrator's consent, or by a server-to-server app of the organization's own."""

    ADMIN = "admin_oauth"
    SERVER = "server_to_server"


class FormerAccount(_Answer):
    """An account that was replaced; so many of its meetings have not moved yet."""

    account: str
    meetings: int


class ZoomAccount(_Answer):
    """The organization's Zoom account. ``listing_problem`` is why its users could not be read lately."""

    status: ConnectionStatus
    kind: AccountKind | None = None
    account: str = ""
    account_id: str = ""
    connected_by: str = ""
    users: int = 0
    listed_at: AwareDatetime | None = None
    listing_problem: str = ""
    consent_offered: bool = False
    former: list[FormerAccount] = []


class TouchedMeeting(_Answer):
    """A coming meeting that stands on the account."""

    appointment_id: str
    staff_id: str
    start: AwareDatetime


class TouchedMeetings(_Answer):
    """By start."""

    items: list[TouchedMeeting]


class ZoomAccountOffer(_Answer):
    """What connecting would do; nothing has changed yet. ``replaces`` names the organization's account until now;
    ``takes_over`` where the account serves another organization, whose link would end.
    """

    offer_id: str
    account: str
    account_id: str
    replaces: str | None
    takes_over: bool
    touched: list[TouchedMeeting]


class ZoomAccountOutcome(_Answer):
    """``offer`` where an administrator has to confirm first."""

    account: ZoomAccount
    offer: ZoomAccountOffer | None = None


class ZoomUserStatus(StrEnum):
    """``gone``: Zoom does not list them any more."""

    ACTIVE = "active"
    GONE = "gone"


class ZoomUserView(_Answer):
    """A user of the organization's account, or a person's own. ``staff_ids`` are whose meetings they host; ``allowed``
    is false for a Basic user where the organization allows none (C8); ``requests_left`` is today's budget (C4).
    """

    user_id: str
    email: str
    name: str
    plan: str
    status: ZoomUserStatus
    allowed: bool
    staff_ids: list[str]
    requests_left: int | None = None


class ZoomUserList(_Answer):
    """By name."""

    items: list[ZoomUserView]
    next_cursor: str | None = None


class ZoomBudget(_Answer):
    """Of the Zoom user who hosts (C4): so many requests until then; nothing where nobody hosts."""

    requests_left: int | None = None
    requests_reset_at: AwareDatetime | None = None


class ZoomIssuer(Connecting):
    """Every method raises ``BackendProblem``."""

    async def account(self, caller: Caller) -> ZoomAccount:
        return await self.read(ZoomAccount, "GET", "/internal/zoom-account", caller)

    async def connect_account(self, caller: Caller, credentials: Mapping[str, str]) -> ZoomAccountOutcome:
        return await self.read(ZoomAccountOutcome, "POST", "/internal/zoom-account", caller, body=credentials)

    async def authorize_account(self, caller: Caller, *, email: str, redirect_uri: str) -> AuthorizeUrl:
        body = {"email": email, "redirect_uri": redirect_uri}
        return await self.read(AuthorizeUrl, "POST", "/internal/zoom-account/authorize", caller, body=body)

    async def finish_account(self, caller: Caller, answer: Mapping[str, str]) -> ZoomAccountOutcome:
        """``answer`` is what Zoom's redirect brought."""
        return await self.read(ZoomAccountOutcome, "POST", "/internal/zoom-account/callback", caller, body=answer)

    async def touched(self, caller: Caller) -> TouchedMeetings:
        return await self.read(TouchedMeetings, "GET", "/internal/zoom-account/touched", caller)

    async def list_users_again(self, caller: Caller) -> ZoomAccount:
        return await self.read(ZoomAccount, "POST", "/internal/zoom-account/refresh", caller)

    async def offer(self, caller: Caller, offer_id: str) -> ZoomAccountOffer:
        return await self.read(ZoomAccountOffer, "GET", f"/internal/zoom-account/offers/{offer_id}", caller)

    async def confirm_offer(self, caller: Caller, offer_id: str) -> ZoomAccount:
        return await self.read(ZoomAccount, "POST", f"/internal/zoom-account/offers/{offer_id}/confirm", caller)

    async def refuse_offer(self, caller: Caller, offer_id: str) -> ZoomAccount:
        return await self.read(ZoomAccount, "DELETE", f"/internal/zoom-account/offers/{offer_id}", caller)

    async def disconnect_account(self, caller: Caller) -> ZoomAccount:
        return await self.read(ZoomAccount, "DELETE", "/internal/zoom-account", caller)

    async def budget_of(self, caller: Caller, appointment_id: str) -> ZoomBudget:
        return await self.read(ZoomBudget, "GET", f"/internal/zoom-budget/{quote(appointment_id, safe='')}", caller)

    async def users(
        self, caller: Caller, *, q: str = "", limit: int = 50, after: int = 0, own: bool = False
    ) -> ZoomUserList:
        """With ``own`` also those whom people connected themselves."""
        query = {"q": q, "limit": str(limit), "after": str(after), **({"own": "true"} if own else {})}
        return await self.read(ZoomUserList, "GET", "/internal/zoom-users", caller, query=query)
