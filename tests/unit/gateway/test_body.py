"""How much of a body is read, and for how long."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from services.gateway.edge.body import WholeBody

LIMIT = 100


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """Says how long the body was."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps({"length": len(scope["state"]["body"])}).encode()})


async def answer_to(
    chunks: Sequence[bytes], *, declared: str | None = None, path: str = "/api/v1/x", stops: bool = False
) -> tuple[int, Any]:
    headers = [(b"content-type", b"application/json")]
    headers += [(b"content-length", declared.encode())] if declared is not None else []
    waiting = list(chunks)
    said: list[Message] = []

    async def receive() -> Message:
        if not waiting and stops:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting) or stops}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
    await WholeBody(inside, limit=LIMIT, patience=timedelta(milliseconds=20))(scope, receive, send)
    return said[0]["status"], json.loads(said[1]["body"])


async def test_g24_a_body_is_read_up_to_the_limit_in_pieces_too() -> None:
    assert await answer_to([b"x" * LIMIT]) == (200, {"length": LIMIT})
    assert await answer_to([b"x" * 60, b"x" * 40]) == (200, {"length": LIMIT})


@pytest.mark.parametrize("path", ["/api/v1/x", "/sign-in", "/hooks/google", "/g/x"])
@pytest.mark.parametrize(
    ("chunks", "declared"),
    [
        ([b"x" * (LIMIT + 1)], None),
        ([b"x" * 60, b"x" * 60], None),
        ([b"x" * 60, b"x" * 60], "1"),
        ([b""], str(LIMIT + 1)),
        ([b""], "9" * 5000),
    ],
    ids=["long", "in-pieces", "belied", "declared", "endless"],
)
async def test_g24_more_is_refused_wherever_it_goes_whatever_it_says_of_itself(
    path: str, chunks: list[bytes], declared: str | None
) -> None:
    status, body = await answer_to(chunks, declared=declared, path=path)
    assert (status, body["code"]) == (413, "body_too_large")


async def test_g24_a_body_that_does_not_come_to_its_end_is_not_waited_for() -> None:
    status, body = await answer_to([b"{"], stops=True)
    assert (status, body["code"]) == (408, "body_too_slow")
