"""Graph's HTTP side: who asks and whose mailbox, throttling, then one operation per path for /me and /users/{id}."""

import uuid
from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.errors import (
    GraphError,
    access_denied,
    body_of,
    invalid_request,
    invalid_token,
    unreadable_body,
)
from deploy.sandbox.microsoft.service import MicrosoftService
from deploy.sandbox.microsoft.state import Mailbox
from deploy.sandbox.microsoft.subscriptions import Subscriber
from deploy.sandbox.oauth import Grant, OAuthRefused, OAuthServer
from deploy.sandbox.oauth_http import bearer_token
from deploy.sandbox.world import World
from shared import clock

MailboxHandler = Callable[[Request, Mailbox], Awaitable[Response]]
SubscriberHandler = Callable[[Request, Subscriber], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def answer(body: Resource | None, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    if body is None:
        return Response(status_code=status)
    content_type = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
    return Response(orjson.dumps(body), status, headers, content_type)


async def read_json(request: Request) -> object:
    raw = await request.body()
    try:
        return orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError:
        raise unreadable_body() from None


def refused(request: Request, error: GraphError) -> Response:
    request_id = str(uuid.uuid4())
    theirs = request.headers.get("client-request-id", request_id)
    date = f"{clock.now():%Y-%m-%dT%H:%M:%S}"
    headers = {"request-id": request_id, "client-request-id": theirs, **error.headers}
    return answer(body_of(error, date, request_id, theirs), error.status, headers)


class GraphRoutes:
    """Turns requests into calls with the right mailbox, or into Graph's errors."""

    def __init__(self, world: World, service: MicrosoftService, oauth: OAuthServer) -> None:
        self._accounts = world.accounts
        self._service = service
        self._oauth = oauth

    def add_mailbox_route(
        self, router: APIRouter, method: str, path: str, scopes: str, handler: MailboxHandler
    ) -> None:
        """Serve ``path`` below /me and below /users/{user_id}; ``scopes`` are prefixes of which one is needed."""
        for base in ("/v1.0/me", "/v1.0/users/{user_id}"):
            endpoint = self._in_turn(handler, scopes)
            router.add_route(base + path, endpoint, methods=[method], include_in_schema=False)

    def add_route(self, router: APIRouter, method: str, path: str, handler: SubscriberHandler) -> None:
        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request, self._subscriber(self._grant(request)))
            except GraphError as error:
                return refused(request, error)

        router.add_route(f"/v1.0{path}", endpoint, methods=[method], include_in_schema=False)

    def may(self, request: Request, scopes: str) -> bool:
        """Whether who asks was granted one of ``scopes``; raises 401."""
        return _granted(self._grant(request), scopes)

    def _in_turn(self, handler: MailboxHandler, scopes: str) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                grant = self._grant(request)
                mailbox = self._mailbox(request, grant, scopes)
                async with self._service.throttle.turn(f"{grant.client_id} {mailbox.email}"):
                    return await handler(request, mailbox)
            except GraphError as error:
                return refused(request, error)

        return endpoint

    def _grant(self, request: Request) -> Grant:
        try:
            return self._oauth.authenticate(bearer_token(request) or "").grant
        except OAuthRefused:
            raise invalid_token() from None

    def _mailbox(self, request: Request, grant: Grant, scopes: str) -> Mailbox:
        """The mailbox named; one's own when acting for a person, any when the app itself asks."""
        user_id = request.path_params.get("user_id")
        if grant.account_email is None and user_id is None:
            raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
        mailbox = self._service.mailbox_of(user_id or grant.account_email or "")
        if mailbox is None:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{user_id}' is invalid.")
        own = grant.account_email is None or grant.account_email.lower() == mailbox.email
        if not own or not _granted(grant, scopes):
            raise access_denied()
        return mailbox

    def _subscriber(self, grant: Grant) -> Subscriber:
        if not _granted(grant, "Calendars."):
            raise access_denied()
        account = self._accounts.find(Provider.MICROSOFT, grant.account_email) if grant.account_email else None
        return Subscriber(grant.client_id, grant.account_email, account.id if account else grant.client_id)

    def account_of(self, mailbox: Mailbox) -> Account:
        account = self._accounts.find(Provider.MICROSOFT, mailbox.email)
        if account is None:
            raise invalid_request("The mailbox has no account.")
        return account


def _granted(grant: Grant, scopes: str) -> bool:
    """Whether one of the granted scopes begins as one of ``scopes`` (separated by blanks)."""
    names = [scope.removeprefix("https://graph.microsoft.com/") for scope in grant.scope.split()]
    return any(name == ".default" or name.lower().startswith(tuple(scopes.lower().split())) for name in names)
