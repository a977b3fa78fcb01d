"""Who calls: a bearer token or the pages' session cookie, as FastAPI dependencies."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.edge import csrf
from services.gateway.edge.language import language_of_request
from services.gateway.model import Organization, Session, Staff
from services.gateway.parts import GatewayParts, parts_of
from services.gateway.settings import Settings
from shared.internal import Caller
from shared.problem import Forbidden, Language, Unauthorized

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


@dataclass(frozen=True)
class SignedIn:
    """A staff member with a live session."""

    staff: Staff
    organization: Organization
    session: Session
    language: Language
    request_id: str

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


async def _signed_in(request: Request, session: Session | None) -> SignedIn | None:
    if session is None:
        return None
    parts: GatewayParts = parts_of(request)
    staff = await parts.staff.find(session.staff_id)
    organization = await parts.organizations.find(staff.organization_id) if staff and not staff.disabled else None
    if staff is None or organization is None:
        return None
    return SignedIn(staff, organization, session, language_of_request(request), request.state.request_id)


async def api_staff(request: Request) -> SignedIn:
    """Raises ``Unauthorized``; a cookie alone changes nothing without the page's token (``CsrfRefused``)."""
    signed_in = await _signed_in(request, await session_of(request))
    if signed_in is None:
        raise Unauthorized(headers={"WWW-Authenticate": "Bearer"})
    if bearer_of(request) is None and request.method not in _SAFE:
        parts_of(request).csrf.check(request, signed_in.session.id, request.headers.get(csrf.HEADER))
    return signed_in


async def page_visitor(request: Request) -> SignedIn | None:
    """Pages know the cookie only."""
    return await _signed_in(request, await _session_of(request, request.cookies.get(SESSION_COOKIE)))


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
    parts_of(request).csrf.check(request, signed_in.session.id, given)
    return signed_in


class AdminsOnly(Forbidden):
    """What members may not do, and whom to ask."""

    ja = "この操作は管理者だけが行えます。必要な場合は、会社の管理者に依頼してください。"
    en = "Only administrators may do this. Please ask an administrator of your organization."


def require_admin(signed_in: SignedIn) -> None:
    """Raises ``AdminsOnly``."""
    if not signed_in.staff.is_admin:
        raise AdminsOnly()


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
