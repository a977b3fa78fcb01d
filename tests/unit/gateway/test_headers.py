"""HEAD is GET without the body, for the server too."""

from starlette.types import Message, Receive, Scope, Send

from services.gateway.edge.headers import Headers

BODY = b'{"status":"ok"}'


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    status = 200 if scope["method"] == "GET" else 405
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"15")]})
    await send({"type": "http.response.body", "body": BODY})


async def _asked(method: str) -> tuple[Scope, list[Message]]:
    scope: Scope = {"type": "http", "method": method, "path": "/healthz", "headers": []}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await Headers(_page, secure=False)(scope, receive, send)
    return scope, sent


async def test_head_answers_as_get_without_the_body() -> None:
    _, (start, body) = await _asked("HEAD")
    assert start["status"] == 200
    assert (b"content-length", b"15") in start["headers"]
    assert body["body"] == b""


async def test_the_server_still_knows_that_it_was_head() -> None:
    """It refuses an answer shorter than its Content-Length otherwise, and drops the connection."""
    scope, _ = await _asked("HEAD")
    assert scope["method"] == "HEAD"


async def test_get_keeps_its_body() -> None:
    _, (_, body) = await _asked("GET")
    assert body["body"] == BODY
