"""A callback address: takes what the providers post, answers Microsoft's handshake, keeps everything."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Posted:
    """One request; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """``statuses`` are answered first, one each, before everything is a 200; ``answers`` gives some a body."""

    url: str = ""
    posts: list[Posted] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    validates: bool = True
    answers: Callable[[Posted], bytes | None] = lambda posted: None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                target = line.decode().split(" ")[1]
                headers: dict[str, str] = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                writer.write(self._answer(target, headers, body))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def _answer(self, target: str, headers: dict[str, str], body: bytes) -> bytes:
        token = parse_qs(urlsplit(target).query).get("validationToken")
        if token:
            text = token[0] if self.validates else "nonsense"
            return self._response(200, text.encode())
        posted = Posted(target, headers, body)
        self.posts.append(posted)
        if answer := self.answers(posted):
            return self._response(200, answer)
        return self._response(self.statuses.pop(0) if self.statuses else 200, b"")

    def _response(self, status: int, body: bytes) -> bytes:
        head = f"HTTP/1.1 {status} Answer\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener._serve, "127.0.0.1", 0)
    listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks"
    try:
        yield listener
    finally:
        server.close()
