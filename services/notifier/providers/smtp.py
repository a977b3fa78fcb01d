"""SMTP with a few connections that are kept and reused; only this module sees reply codes.

4xx means later, 5xx means never, silence means unknown: the caller repeats the same bytes (G10).
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from shared.observability.calls import answered
from shared.observability.http import provider_call
from shared.providers import ProviderRefused, ProviderUnavailable

_IDLE_SECONDS = 30.0
"""Servers drop idle connections; one that lay longer is not trusted."""

_WHOLE_SECONDS = 45.0
"""A mail must end within a worker's lease."""


@dataclass(frozen=True)
class Server:
    """Where mail goes. ``domain`` is how we introduce ourselves."""

    host: str
    port: int
    domain: str
    username: str | None = None
    password: str | None = None
    starttls: bool = False
    timeout: timedelta = timedelta(seconds=15)


@dataclass(frozen=True)
class Receipt:
    """What became of each recipient; refused ones with the server's code."""

    accepted: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()


@dataclass
class _Connection:
    """``carried`` counts the mails that went over it."""

    client: SMTP
    used_at: float = field(default_factory=time.monotonic)
    carried: int = 0


class _NotBegun(Exception):
    """The connection was gone before the server got the mail: another one may be tried at once."""


class MailServer:
    """At most ``connections`` mails at the same time."""

    def __init__(self, server: Server, *, connections: int) -> None:
        self._server = server
        self._places = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []

    async def send(self, content: bytes, *, sender: str, recipients: Sequence[str]) -> Receipt:
        """Raises ``ProviderUnavailable`` and, where the server refuses the mail itself, ``ProviderRefused``."""
        with provider_call("smtp", "send"):
            async with self._places:
                try:
                    async with asyncio.timeout(_WHOLE_SECONDS):
                        return await self._send(content, sender, recipients)
                except TimeoutError as error:
                    answered("timeout")
                    raise ProviderUnavailable("time_out", unknown=True) from error

    async def try_out(self, sender: str) -> None:
        """Everything up to a recipient: connecting, TLS, login, and whether mail of this sender is taken. Raises
        ``ProviderUnavailable`` and ``ProviderRefused``.
        """
        with provider_call("smtp", "try_out"):
            connection = await self._connect()
            try:
                await connection.client.mail(sender)
            except SMTPSenderRefused as error:
                raise await _verdict(connection.client, error) from error
            except (SMTPException, OSError) as error:
                raise ProviderUnavailable("connection_lost") from error
            finally:
                await _part_from(connection)

    async def close(self) -> None:
        while self._idle:
            await _part_from(self._idle.pop())

    async def _send(self, content: bytes, sender: str, recipients: Sequence[str]) -> Receipt:
        connection = await self._connection()
        while True:
            try:
                return await self._carry(connection, content, sender, recipients)
            except _NotBegun as error:
                if not connection.carried:
                    raise ProviderUnavailable("connection_lost") from error
                connection = await self._connect()

    async def _carry(self, connection: _Connection, content: bytes, sender: str, recipients: Sequence[str]) -> Receipt:
        """One transaction; the connection is kept only when the server answered to the end."""
        healthy = False
        try:
            receipt = await _transact(connection.client, content, sender, recipients)
            healthy = True
            return receipt
        except ProviderRefused:
            healthy = True
            raise
        finally:
            if healthy and connection.client.is_connected:
                connection.carried += 1
                connection.used_at = time.monotonic()
                self._idle.append(connection)
            else:
                connection.client.close()

    async def _connection(self) -> _Connection:
        while self._idle:
            kept = self._idle.pop()
            if kept.client.is_connected and time.monotonic() - kept.used_at < _IDLE_SECONDS:
                return kept
            kept.client.close()
        return await self._connect()

    async def _connect(self) -> _Connection:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.domain,
            username=server.username,
            password=server.password,
            start_tls=server.starttls,
            timeout=server.timeout.total_seconds(),
        )
        try:
            await client.connect()
        except (SMTPException, OSError) as error:
            client.close()
            answered("unreachable")
            raise ProviderUnavailable(f"connect: {type(error).__name__}") from error
        return _Connection(client)


async def _transact(client: SMTP, content: bytes, sender: str, recipients: Sequence[str]) -> Receipt:
    accepted: list[str] = []
    deferred: list[str] = []
    refused: list[tuple[str, int]] = []
    try:
        await client.mail(sender)
        for recipient in recipients:
            try:
                await client.rcpt(recipient)
                accepted.append(recipient)
            except SMTPRecipientRefused as error:
                answered(str(error.code))
                if error.code < 500:
                    deferred.append(recipient)
                else:
                    refused.append((recipient, error.code))
    except SMTPSenderRefused as error:
        raise await _verdict(client, error) from error
    except (SMTPException, OSError) as error:
        raise _NotBegun() from error
    if accepted:
        await _hand_over(client, content)
    else:
        await _reset(client)
    return Receipt(tuple(accepted), tuple(deferred), tuple(refused))


async def _hand_over(client: SMTP, content: bytes) -> None:
    try:
        await client.data(content)
        answered("250")
    except SMTPDataError as error:
        raise await _verdict(client, error) from error
    except (SMTPException, OSError) as error:
        answered("connection_lost")
        raise ProviderUnavailable(f"data: {type(error).__name__}", unknown=True) from error


async def _verdict(client: SMTP, error: SMTPResponseException) -> ProviderUnavailable | ProviderRefused:
    """5xx is final for this mail, the rest passes; the transaction is given up, the connection stays."""
    answered(str(error.code))
    if error.code < 500:
        return ProviderUnavailable(f"smtp_{error.code}")
    await _reset(client)
    return ProviderRefused(f"smtp_{error.code}")


async def _reset(client: SMTP) -> None:
    try:
        await client.rset()
    except (SMTPException, OSError):
        client.close()


async def _part_from(connection: _Connection) -> None:
    try:
        await connection.client.quit()
    except (SMTPException, OSError):
        connection.client.close()
