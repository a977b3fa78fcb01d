"""Before every API call: whose token, which scopes, how many calls this second; and Zoom's tracking id."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from fastapi import Request
from starlette.responses import Response

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.oauth import OAuthRefused, OAuthServer, Refusal
from deploy.sandbox.oauth_http import bearer_token
from deploy.sandbox.world import World
from deploy.sandbox.zoom import errors
from deploy.sandbox.zoom.limits import Limits, Weight
from deploy.sandbox.zoom.model import Meeting
from deploy.sandbox.zoom.views import account_id
from shared import clock

APP_SCOPES = (
    "meeting:write:meeting meeting:read:meeting meeting:update:meeting meeting:delete:meeting "
    "meeting:read:list_meetings user:read:user"
)
"""What an app of single users gets; ``:admin`` scopes only come with account_credentials or when asked for."""
ADMIN_SCOPES = " ".join(f"{scope}:admin" for scope in APP_SCOPES.split()) + " user:read:list_users:admin"


@dataclass(frozen=True)
class Caller:
    """Who calls: a person (``account``) or an app (None); ``account_id`` is the Zoom account that it can reach."""

    account: Account | None
    account_id: str
    scopes: frozenset[str]

    @property
    def is_admin(self) -> bool:
        """Reaches other users of its account, by id or address."""
        return any(scope.endswith(":admin") for scope in self.scopes)


@dataclass(frozen=True)
class Operation:
    """What an API call needs: one of these scopes, and how heavy it is."""

    scopes: tuple[str, ...]
    weight: Weight = Weight.LIGHT

    @classmethod
    def needing(cls, granular: str, classic: str, weight: Weight = Weight.LIGHT) -> "Operation":
        return cls((granular, f"{granular}:admin", classic, f"{classic}:admin"), weight)


Answer = tuple[int, object | None]
Endpoint = Callable[[Request, Caller], Awaitable[Answer]]


class Gate:
    """Wraps an endpoint with all that comes before and after it."""

    def __init__(self, world: World, oauth: OAuthServer) -> None:
        self._world = world
        self._oauth = oauth

    def guarded(self, operation: Operation, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def run(request: Request) -> Response:
            tracking = {"x-zm-trackingid": f"v=2.0;clid=us04;rid=WEB_{secrets.token_hex(16)}"}
            limits: dict[str, str] = {}
            try:
                caller = self._admit(request, operation)
                limits = self._world.state(Limits).take(
                    caller.account, operation.weight, clock.now(), caller.account_id
                )
                status, body = await endpoint(request, caller)
            except errors.ZoomRefused as refused:
                return _json(refused.status, refused.body(), tracking | (refused.headers or limits))
            return _json(status, body, tracking | limits)

        return run

    def user(self, caller: Caller, name: str) -> Account:
        """The user of a path: ``me`` for people, id or address for apps with admin scopes."""
        if caller.account is not None and name == "me":
            return caller.account
        if caller.account is not None and not caller.is_admin:
            raise errors.me_required()
        account = self._world.accounts.find(Provider.ZOOM, name)
        if account is None or account_id(account) != caller.account_id:
            raise errors.no_such_user(name)
        return account

    def may_reach(self, caller: Caller, meeting: Meeting) -> bool:
        if caller.account is not None and meeting.host_id == caller.account.id:
            return True
        host = self._world.accounts.find(Provider.ZOOM, meeting.host_id)
        return caller.is_admin and host is not None and account_id(host) == caller.account_id

    def _admit(self, request: Request, operation: Operation) -> Caller:
        token = bearer_token(request)
        if token is None:
            raise errors.token_missing()
        try:
            grant = self._oauth.authenticate(token).grant
        except OAuthRefused as refused:
            expired = refused.refusal is Refusal.TOKEN_EXPIRED
            raise (errors.token_expired() if expired else errors.token_invalid()) from None
        scopes = frozenset(grant.scope.split())
        if scopes.isdisjoint(operation.scopes):
            raise errors.scopes_missing(list(operation.scopes[:2]))
        account = self._account(grant.account_email)
        return Caller(account, grant.realm if account is None else account_id(account), scopes)

    def _account(self, email: str | None) -> Account | None:
        if email is None:
            return None
        account = self._world.accounts.find(Provider.ZOOM, email)
        if account is None or not account.active:
            raise errors.token_invalid()
        return account


def _json(status: int, body: object | None, headers: dict[str, str]) -> Response:
    if body is None:
        return Response(status_code=status, headers=headers)
    content = orjson.dumps(body)
    return Response(content, status_code=status, headers=headers, media_type="application/json")
