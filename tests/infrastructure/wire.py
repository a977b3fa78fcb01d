"""A wire in front of a server, which can be cut, go silent or refuse: what a failing network does to those who use it.

It carries TCP as it is, in the test's own process; nobody else can tell it from the server.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

_HOST = "127.0.0.1"


class Wire:
    """``port`` is where its users connect, who are carried on to ``to_port``."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.port = 0
        self.is_silent = False
        self.refuses = False
        self._ends: set[_End] = set()
        self._opening: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        return len(self._ends) // 2

    def cut(self) -> int:
        """Reset every connection now; answers how many ends there were."""
        ends = list(self._ends)
        for end in ends:
            end.abort()
        return len(ends)

    def silence(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        self.is_silent = True
        for end in self._ends:
            end.pause()

    def refuse(self) -> None:
        """Cut, and cut again whoever comes."""
        self.refuses = True
        self.cut()

    def heal(self) -> None:
        self.is_silent = self.refuses = False
        for end in self._ends:
            end.resume()

    def joined(self, near: "_End") -> None:
        """Somebody connected."""
        self._ends.add(near)
        if self.refuses:
            near.abort()
            return
        task = asyncio.create_task(self._open(near))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def left(self, end: "_End") -> None:
        self._ends.discard(end)

    async def _open(self, near: "_End") -> None:
        far = _End(self, near)
        try:
            await asyncio.get_running_loop().create_connection(lambda: far, _HOST, self.to_port)
        except OSError:
            near.abort()
            return
        self._ends.add(far)
        near.join(far)
        if self.is_silent:
            near.pause()
            far.pause()


class _End(asyncio.Protocol):
    """One half of a connection; what it reads goes out at the ``other``."""

    def __init__(self, wire: Wire, other: "_End | None" = None) -> None:
        self._wire = wire
        self._other = other
        self._waiting: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._other is None:
            self._wire.joined(self)

    def join(self, far: "_End") -> None:
        """What came before the other half was there goes first."""
        self._other = far
        for data in self._waiting:
            far.write(data)
        self._waiting.clear()
        if self._transport is None or self._transport.is_closing():
            far.close()

    def data_received(self, data: bytes) -> None:
        if self._other is None:
            self._waiting.append(data)
        else:
            self._other.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.left(self)
        if self._other is not None and exc is None:
            self._other.close()
        elif self._other is not None:
            self._other.abort()

    def pause_writing(self) -> None:
        if self._other is not None:
            self._other.pause()

    def resume_writing(self) -> None:
        if self._other is not None and not self._wire.is_silent:
            self._other.resume()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def pause(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()


@asynccontextmanager
async def laid_to(port: int) -> AsyncIterator[Wire]:
    """A wire to this port of this machine, which need not be open yet."""
    wire = Wire(port)
    server = await asyncio.get_running_loop().create_server(lambda: _End(wire), _HOST, 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        wire.cut()
