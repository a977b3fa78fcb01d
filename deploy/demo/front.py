"""One address for several processes of a service, as a cluster has: ``python -m deploy.demo.front 8000=12001,12002 …``.

It knows connections only: each new one goes to the next process in turn, past those that take none; open ones stay.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import cast

import uvloop

from deploy.demo.layout import HOST


class _Side(asyncio.Protocol):
    """One end of a connection: what it reads goes to the other end, no faster than that takes it."""

    transport: asyncio.Transport

    def __init__(self, other: "_Side | None" = None) -> None:
        self.other = other

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are none by inheritance

    def data_received(self, data: bytes) -> None:
        assert self.other is not None
        self.other.transport.write(data)

    def eof_received(self) -> bool:
        if self.other is not None and self.other.transport.can_write_eof():
            self.other.transport.write_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other is not None:
            self.other.transport.close()

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.transport.resume_reading()


class _Caller(_Side):
    """What it says before it is put through is kept."""

    def __init__(self, front: "Front") -> None:
        super().__init__()
        self._front = front
        self._said: list[bytes] = []
        self._has_ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._front.take(self)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            super().data_received(data)
            return
        self._said.append(data)
        self.transport.pause_reading()

    def eof_received(self) -> bool:
        self._has_ended = True
        return super().eof_received()

    def put_through(self, other: _Side) -> None:
        self.other = other
        other.transport.writelines(self._said)
        self._said.clear()
        self.transport.resume_reading()
        if self._has_ended:
            other.transport.write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._front.callers.discard(self)


class Front:
    """One address; ``leads_to`` are ports on this machine and may change at any time."""

    def __init__(self, port: int, leads_to: Sequence[int] = ()) -> None:
        self.port = port
        self.leads_to = tuple(leads_to)
        self.refused = 0
        self._turn = 0
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self.callers: set[_Caller] = set()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Caller(self), HOST, self.port, backlog=1024)

    async def stop(self) -> None:
        """Close the address and all that goes through it."""
        if self._server is not None:
            self._server.close()
        for task in self._calls:
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        for caller in list(self.callers):
            caller.transport.abort()

    def take(self, caller: _Caller) -> None:
        self.callers.add(caller)
        task = asyncio.create_task(self._put_through(caller))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _put_through(self, caller: _Caller) -> None:
        """To the next process that takes the connection; where none does, the caller's ends."""
        self._turn += 1
        places = self.leads_to
        for step in range(len(places)):
            try:
                port = places[(self._turn + step) % len(places)]
                _, side = await asyncio.get_running_loop().create_connection(lambda: _Side(caller), HOST, port)
            except OSError:
                continue
            if caller.transport.is_closing():
                side.transport.close()
                return
            caller.put_through(side)
            return
        self.refused += 1
        caller.transport.abort()


def parse(argument: str) -> Front:
    """``8000=12001,12002``."""
    port, _, places = argument.partition("=")
    return Front(int(port), [int(place) for place in places.split(",")])


async def _serve(fronts: Sequence[Front]) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    for front in fronts:
        await front.start()
    await ended.wait()
    for front in fronts:
        await front.stop()


if __name__ == "__main__":
    uvloop.run(_serve([parse(argument) for argument in sys.argv[1:]]))
