"""Stands where the gateway would: hands providers' notifications to calendar_sync's /internal as they came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

import httpx


class Hooks:
    """``url`` is what the services call the public URL."""

    def __init__(self) -> None:
        self.url = ""
        self.service: httpx.AsyncClient | None = None
        self._under_way: set[asyncio.Task[httpx.Response]] = set()

    async def end(self) -> None:
        """Nothing is handed on any more, and what was is answered."""
        self.service = None
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                target = urlsplit(line.decode().split(" ")[1])
                headers: dict[str, str] = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
                status, text = await self._hand_on(target.path, headers, body, dict(parse_qsl(target.query)))
                head = f"HTTP/1.1 {status} Answer\r\nContent-Type: text/plain\r\nContent-Length: {len(text.encode())}"
                writer.write(f"{head}\r\n\r\n{text}".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _hand_on(self, path: str, headers: dict[str, str], body: str, query: dict[str, str]) -> tuple[int, str]:
        if self.service is None or self.service.is_closed:
            return 503, ""
        handed = {"headers": headers, "body": body, "query": query}
        asked = asyncio.create_task(
            self._ask(self.service, f"/internal/notifications/{path.rpartition('/')[2]}", handed)
        )
        self._under_way.add(asked)
        asked.add_done_callback(self._under_way.discard)
        answer = await asked
        return answer.json()["status"], answer.json()["text"]

    async def _ask(self, service: httpx.AsyncClient, path: str, handed: dict[str, object]) -> httpx.Response:
        return await service.post(path, json=handed)


@asynccontextmanager
async def listening_hooks() -> AsyncIterator[Hooks]:
    hooks = Hooks()
    server = await asyncio.start_server(hooks.serve, "127.0.0.1", 0)
    async with server:
        hooks.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield hooks
