"""Answers of the other services handed on as they are, with the entity tag of what they hold."""

import contextlib
import re
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request
from starlette.responses import Response

from services.gateway.providers.backend import Reply
from shared.problem import Problem, VersionMismatch

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ETAGS = re.compile(r"[\x20-\x7e]{1,200}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")


class IdempotencyKeyInvalid(Problem):
    """Keys are 1 to 255 visible ASCII characters."""

    code, status, pointer = "idempotency_key_invalid", 422, "?Idempotency-Key"
    ja = "Idempotency-Key は1〜255文字の半角英数記号で指定してください。"
    en = "An Idempotency-Key is 1 to 255 visible ASCII characters."


def idempotency_key(idempotency_key: Annotated[str | None, Header()] = None) -> str | None:
    """Goes on to the owning service. Raises ``IdempotencyKeyInvalid``."""
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise IdempotencyKeyInvalid()
    return idempotency_key


def form_key(given: str) -> str | None:
    """Of a form that carries a key, so that what it makes is made once. Raises ``IdempotencyKeyInvalid``."""
    return idempotency_key(f"page:{given}" if given else None)


def if_match(if_match: Annotated[str | None, Header()] = None) -> str | None:
    """Goes on to the owning service, where it may. Raises ``VersionMismatch`` for what was never ours."""
    if if_match is not None and not _ETAGS.fullmatch(if_match):
        raise VersionMismatch()
    return if_match


Key = Annotated[str | None, Depends(idempotency_key)]
IfMatch = Annotated[str | None, Depends(if_match)]


def looks_like_token(token: str) -> bool:
    """What is no token at all need not be asked about, and fits no header."""
    return _TOKEN.fullmatch(token) is not None


def body_of(request: Request) -> bytes:
    """As it was sent; an absent one is an empty object."""
    body: bytes = request.state.body
    return body or b"{}"


def booker_in(body: bytes) -> str:
    """The address of who books on a page, whose link everybody shares; empty where the body names none."""
    with contextlib.suppress(orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        return str(orjson.loads(body)["guest"]["email"]).strip().lower()
    return ""


def forward(reply: Reply, *, tagged: bool = True) -> Response:
    etag = reply.etag if tagged else None
    return Response(
        reply.content,
        status_code=reply.status,
        media_type=reply.media_type,
        headers={"ETag": etag} if etag else None,
    )
