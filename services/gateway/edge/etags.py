"""Entity tags: versions of the gateway's own resources (``"r7"``), and of what a guest reads, its content."""

import hashlib
from typing import Annotated

from fastapi import Header
from starlette.responses import Response

from services.gateway.edge.forwarding import forward
from services.gateway.providers.backend import Reply
from shared.problem import VersionMismatch


def etag(version: int) -> str:
    return f'"r{version}"'


def content_tag(content: bytes) -> str:
    """Of an answer without a version, such as the slots that can be chosen now."""
    return f'"c{hashlib.sha256(content).hexdigest()[:24]}"'


def tagged(reply: Reply, if_none_match: str | None) -> Response:
    """What a guest reads, with the tag of its content; 304 to whoever has it (X10)."""
    tag = content_tag(reply.content)
    response = Response(status_code=304) if if_none_match == tag else forward(reply, tagged=False)
    response.headers["ETag"] = tag
    return response


def expected_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """What ``If-Match`` names; None where anything will do. A tag that was never ours matches nothing.

    Raises ``VersionMismatch``.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip()
    number = tag[2:-1]
    if not (tag.startswith('"r') and tag.endswith('"') and number.isdecimal() and len(number) < 10):
        raise VersionMismatch()
    return int(number)
