"""HTTP/1.1 with as little of its own as possible, so that the load generator adds little to what it measures."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_ANSWER_SECONDS = 30
_KEPT_SECONDS = 3.0
"""uvicorn closes a connection that lay idle for five."""

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Client:
    """Requests over kept connections, as many as are under way at once."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._idle: list[tuple[float, _Connection]] = []

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises ``TimeoutError`` and what the connection raises; nothing is repeated."""
        lines = [f"content-length: {len(body)}", "content-type: application/json"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        return await self._asked("POST", path, lines, body)

    async def get(self, path: str) -> Answer:
        """Likewise."""
        return await self._asked("GET", path, [], b"")

    async def _asked(self, method: str, path: str, lines: list[str], body: bytes) -> Answer:
        reader, writer = self._kept() or await self._connect()
        head = [f"{method} {path} HTTP/1.1", f"host: {self._host}", *lines]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        async with asyncio.timeout(_ANSWER_SECONDS):
            answer = await _read(reader)
        self._idle.append((time.monotonic(), (reader, writer)))
        return answer

    async def open(self, connections: int) -> None:
        """Connect ahead, so that no measured request has to."""
        self.close()
        self._idle = [(time.monotonic(), await self._connect()) for _ in range(connections)]

    def close(self) -> None:
        while self._idle:
            _, (_, writer) = self._idle.pop()
            writer.close()

    async def _connect(self) -> _Connection:
        return await asyncio.open_connection(self._host, self._port)

    def _kept(self) -> _Connection | None:
        while self._idle:
            used_at, (reader, writer) = self._idle.pop()
            if time.monotonic() - used_at < _KEPT_SECONDS and not reader.at_eof():
                return reader, writer
            writer.close()
        return None


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    return Answer(int(head[0].split(" ")[1]), await reader.readexactly(int(fields["content-length"])))
