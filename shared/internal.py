"""Calls between services: who calls (a token per caller), and for whom (headers that only a service may set)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from shared.contracts import actors
from shared.contracts.envelope import Cause
from shared.problem import Forbidden, Language, Unauthorized, language_of

ORGANIZATION = "x-organization-id"
STAFF = "x-staff-id"
ROLE = "x-role"
API_KEY = "x-api-key-id"
GUEST_TOKEN = "x-guest-token"  # noqa: S105 - the name of a header
REQUEST_ID = "x-request-id"


@dataclass(frozen=True)
class Caller:
    """On whose behalf the gateway calls. ``request_id`` starts the chain of causes; ``key_id`` names the API key with
    which a program acts for the staff member.
    """

    organization_id: str
    staff_id: str
    role: str
    language: Language
    request_id: str
    idempotency_key: str | None = None
    key_id: str = ""

    @property
    def actor(self) -> str:
        """Who causes what follows from this call."""
        return actors.key(self.key_id) if self.key_id else actors.staff(self.staff_id)

    def cause(self) -> Cause:
        """Of what follows from this call; whoever names no request begins a chain of their own."""
        return Cause.outside(self.request_id, actor=self.actor)

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


def check_admin(caller: Caller) -> None:
    """Raises ``Forbidden``."""
    if not caller.is_admin:
        raise Forbidden()


Guard = Callable[[Request], Awaitable[str]]
"""A dependency that lets only known services in."""


def parse_tokens(text: str) -> tuple[tuple[str, str], ...]:
    """``caller:token,caller2:token`` as callers and tokens; while one is replaced a caller has two. Raises
    ``ValueError`` for a caller without a token: an empty one would be anybody's.
    """
    pairs = tuple(part.strip().partition(":") for part in text.split(",") if part.strip())
    if not all(name and token for name, _, token in pairs):
        raise ValueError("a caller without a token, or a token without a caller")
    return tuple((name, token) for name, _, token in pairs)


def require_caller(api_tokens: str, *, only: str = "") -> Guard:
    """A dependency that lets only the named services in, or ``only`` that one of them; answers the caller's name.
    Asynchronous, as a plain function would cost each request a hop to a thread.
    """
    known = tuple((name, token) for name, token in parse_tokens(api_tokens) if only in ("", name))

    async def check(request: Request) -> str:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        for name, token in known:
            if secrets.compare_digest(given, token.encode()):
                return name
        raise Unauthorized()

    return check


def build_caller_router(api_tokens: str) -> APIRouter:
    """``/internal/caller`` tells whoever has a token whose it is here: nothing else proves a token and does nothing."""
    router = APIRouter(include_in_schema=False)

    @router.get("/internal/caller")
    async def tell(name: Annotated[str, Depends(require_caller(api_tokens))]) -> dict[str, str]:
        return {"caller": name}

    return router


async def caller(
    x_organization_id: str = Header(),
    x_staff_id: str = Header(default=""),
    x_role: str = Header(default=""),
    x_request_id: str = Header(default=""),
    accept_language: str = Header(default="ja"),
    idempotency_key: str | None = Header(default=None),
    x_api_key_id: str = Header(default=""),
) -> Caller:
    """A dependency that reads for whom the gateway calls."""
    return Caller(
        organization_id=x_organization_id,
        staff_id=x_staff_id,
        role=x_role,
        language=language_of(accept_language),
        request_id=x_request_id,
        idempotency_key=idempotency_key,
        key_id=x_api_key_id,
    )
