"""Who calls: a bearer token (a session's or an API key) or the pages' session cookie, as FastAPI dependencies."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from services.gateway.edge import csrf
from services.gateway.edge.language import language_of_request
from services.gateway.model import ApiKey, Organization, Session, Staff
from services.gateway.parts import GatewayParts, parts_of
from services.gateway.scopes import check_scope
from services.gateway.settings import Settings
from services.gateway.store.api_keys import looks_like_key
from shared.internal import Caller
from shared.problem import Forbidden, Language, Problem, Unauthorized

SESSION_COOKIE = "chosei_session"
_SAFE = ("GET", "HEAD", "OPTIONS")


class SignInNeeded(Exception):
    """A page was asked for by nobody we know; ``next_path`` is where to go afterwards. ``lost`` says that something
    was sent, which is not done.
    """

    def __init__(self, next_path: str, *, lost: bool) -> None:
        self.next_path = next_path
        self.lost = lost
        super().__init__("sign in first")


class ApiKeyInvalid(Problem):
    """Unknown, revoked, expired, or of somebody who is disabled: all alike."""

    code, status = "api_key_invalid", 401
    ja = "このAPIキーは使えません。取り消されたか、期限が切れた可能性があります。管理者に確認してください。"
    en = "This API key does not work. It may have been revoked or have expired; please ask an administrator."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


@dataclass(frozen=True)
class SignedIn:
    """A staff member with a live session, or a program that acts for them with an API key (then no session)."""

    staff: Staff
    organization: Organization
    session_id: str
    language: Language
    request_id: str
    key: ApiKey | None = None

    @property
    def zone(self) -> str:
        """In which the reader's pages show times."""
        return self.staff.time_zone if self.staff.zone_chosen else self.organization.time_zone

    def caller(self, idempotency_key: str | None = None) -> Caller:
        """For whom the other services are asked."""
        return Caller(
            organization_id=self.organization.id,
            staff_id=self.staff.id,
            role=self.staff.role.value,
            language=self.language,
            request_id=self.request_id,
            idempotency_key=idempotency_key,
            key_id=self.key.id if self.key else "",
        )


def bearer_of(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def _session_of(request: Request, token: str | None) -> Session | None:
    """Looked up once per request, whoever asks first."""
    if not hasattr(request.state, "session"):
        request.state.session = await parts_of(request).sessions.find(token) if token else None
    found: Session | None = request.state.session
    return found


async def session_of(request: Request) -> Session | None:
    """Of the bearer token, or of the cookie where there is none."""
    return await _session_of(request, bearer_of(request) or request.cookies.get(SESSION_COOKIE))


async def key_of(request: Request) -> ApiKey | None:
    """The API key that the bearer token is, looked up and counted once per request, whoever asks first. None where
    the bearer is none. Raises ``ApiKeyInvalid``, ``TooManyRequests``.
    """
    token = bearer_of(request)
    if token is None or not looks_like_key(token):
        return None
    if not hasattr(request.state, "api_key"):
        parts = parts_of(request)
        found = await parts.api_keys.find(token)
        if found is None:
            raise ApiKeyInvalid()
        parts.limits.key(found.id)
        request.state.api_key = found
    known: ApiKey = request.state.api_key
    return known


async def _signed_in(
    request: Request, staff_id: str, *, session_id: str = "", key: ApiKey | None = None
) -> SignedIn | None:
    """None where the staff member is disabled, or gone."""
    parts: GatewayParts = parts_of(request)
    staff = await parts.staff.find(staff_id)
    organization = await parts.organizations.find(staff.organization_id) if staff and not staff.disabled else None
    if staff is None or organization is None:
        return None
    return SignedIn(staff, organization, session_id, language_of_request(request), request.state.request_id, key)


async def api_staff(request: Request) -> SignedIn:
    """Raises ``Unauthorized``; a cookie alone changes nothing without the page's token (``CsrfRefused``), an API key
    does what its scopes say (``InsufficientScope``, ``NotForKeys``).
    """
    if (key := await key_of(request)) is not None:
        return await _machine(request, key)
    session = await session_of(request)
    signed_in = await _signed_in(request, session.staff_id, session_id=session.id) if session else None
    if signed_in is None:
        raise Unauthorized(headers={"WWW-Authenticate": "Bearer"})
    if bearer_of(request) is None and request.method not in _SAFE:
        parts_of(request).csrf.check(request, signed_in.session_id, request.headers.get(csrf.HEADER))
    return signed_in


async def _machine(request: Request, key: ApiKey) -> SignedIn:
    signed_in = await _signed_in(request, key.created_by, key=key)
    if signed_in is None:
        raise ApiKeyInvalid()
    check_scope(key.scopes, request.method, request.scope["route"].path)
    await parts_of(request).api_keys.used(key)
    return signed_in


async def page_visitor(request: Request) -> SignedIn | None:
    """Pages know the cookie only."""
    session = await _session_of(request, request.cookies.get(SESSION_COOKIE))
    return await _signed_in(request, session.staff_id, session_id=session.id) if session else None


async def page_session(request: Request) -> SignedIn:
    """Raises ``SignInNeeded``."""
    signed_in = await page_visitor(request)
    if signed_in is None:
        query = f"?{request.url.query}" if request.url.query else ""
        raise SignInNeeded(request.url.path + query, lost=request.method not in _SAFE)
    return signed_in


async def page_form(request: Request) -> SignedIn:
    """A form sent from one of our pages. Raises ``SignInNeeded``, ``CsrfRefused``."""
    signed_in = await page_session(request)
    given = request.headers.get(csrf.HEADER)
    if given is None:
        sent = (await request.form()).get("csrf_token")
        given = sent if isinstance(sent, str) else None
    parts_of(request).csrf.check(request, signed_in.session_id, given)
    return signed_in


class AdminsOnly(Forbidden):
    """What members may not do, and whom to ask."""

    ja = "この操作は管理者だけが行えます。必要な場合は、会社の管理者に依頼してください。"
    en = "Only administrators may do this. Please ask an administrator of your organization."


def require_admin(signed_in: SignedIn) -> None:
    """Raises ``AdminsOnly``."""
    if not signed_in.staff.is_admin:
        raise AdminsOnly()


async def api_admin(me: Annotated[SignedIn, Depends(api_staff)]) -> SignedIn:
    """A dependency that lets administrators in only. Raises ``AdminsOnly``."""
    require_admin(me)
    return me


Admin = Annotated[SignedIn, Depends(api_admin)]


def set_session_cookie(response: Response, token: str, settings: Settings) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(settings.session_length.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.secure,
        path="/",
    )


def drop_session_cookie(response: Response, settings: Settings) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=settings.secure)


def to_sign_in(needed: SignInNeeded) -> RedirectResponse:
    lost = "&lost=1" if needed.lost else ""
    return RedirectResponse(f"/sign-in?next={quote(needed.next_path, safe='')}{lost}", status_code=303)
