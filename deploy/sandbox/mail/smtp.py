"""The SMTP server, on the sandbox's own event loop; the faults of provider ``smtp`` happen here.

A fault's ``method`` is the SMTP verb, its ``path`` ``/`` and the recipient (at DATA: the first one).
"""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.sandbox.accounts import Provider
from deploy.sandbox.calls import Call
from deploy.sandbox.faults import FaultKind, FaultRule
from deploy.sandbox.mail.store import Mailbox
from deploy.sandbox.world import World
from shared import clock

_MAX_BYTES = 25 * 1024 * 1024
_TIMEOUT_S = 60.0
_SLOW_S = 5.0
_TEXTS = {
    421: "4.3.2 Service not available, closing transmission channel",
    450: "4.2.0 Mailbox unavailable, try again later",
    451: "4.3.0 Requested action aborted: local error in processing",
    452: "4.3.1 Insufficient system storage",
    550: "5.1.1 Mailbox unavailable",
    552: "5.3.4 Message too big",
    554: "5.7.1 Transaction failed",
}


class MailHandler:
    """aiosmtpd's hooks: every recipient is welcome, every message is kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._mailbox = world.state(Mailbox)
        self._mailbox.kept = world.settings.mails_kept

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        rule = self._draw_for_rcpt(address)
        if rule is not None:
            refusal = await self._hold_back(server, rule, "RCPT", address)
            self._log("RCPT", address, rule, refusal or 250)
            if refusal is not None:
                return _reply(refusal)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipients = [str(address) for address in envelope.rcpt_tos]
        rule = self._world.faults.draw(Provider.SMTP, "DATA", "/" + recipients[0])
        refusal = await self._hold_back(server, rule, "DATA", recipients[0]) if rule else None
        if refusal is None:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self._mailbox.take(content, str(envelope.mail_from or ""), recipients, clock.now())
        self._log("DATA", recipients[0], rule, refusal or 250)
        if rule is not None and rule.kind is FaultKind.LOST_ANSWER:
            await self._drop(server)
        return "250 2.0.0 Message accepted" if refusal is None else _reply(refusal)

    def _draw_for_rcpt(self, address: str) -> FaultRule | None:
        """Only rules that name RCPT: a rule for any verb hits a message once, at DATA."""
        if not any((rule.method or "").upper() == "RCPT" for rule in self._world.faults.rules()):
            return None
        return self._world.faults.draw(Provider.SMTP, "RCPT", "/" + address)

    async def _hold_back(self, server: SMTP, rule: FaultRule, verb: str, address: str) -> int | None:
        """What a fault does before the work: waits, or says which code refuses it."""
        if rule.kind is FaultKind.STATUS:
            await asyncio.sleep(rule.delay_s or 0)
            return rule.status or 451
        if rule.kind is FaultKind.SLOW:
            await asyncio.sleep(_SLOW_S if rule.delay_s is None else rule.delay_s)
        elif rule.kind is FaultKind.TIMEOUT:
            await asyncio.sleep(_TIMEOUT_S if rule.delay_s is None else rule.delay_s)
            self._log(verb, address, rule, None)
            await self._drop(server)
        return None

    async def _drop(self, server: Any) -> None:
        """Cut the connection; aiosmtpd then cancels this handler."""
        server.transport.abort()
        await asyncio.Event().wait()

    def _log(self, verb: str, address: str, rule: FaultRule | None, status: int | None) -> None:
        call = Call(
            at=clock.now(),
            provider=Provider.SMTP,
            method=verb,
            path="/" + address,
            status=status,
            fault=rule.kind if rule else None,
        )
        self._world.calls.add(call)


def _reply(code: int) -> str:
    return f"{code} {_TEXTS.get(code, '4.0.0 Not now' if code < 500 else '5.0.0 No')}"


async def start_smtp(world: World, host: str, port: int) -> asyncio.Server:
    """Listen for mail; the caller closes the server."""
    handler = MailHandler(world)
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(handler, hostname="sandbox.chosei", data_size_limit=_MAX_BYTES, enable_SMTPUTF8=True, loop=loop)

    return await loop.create_server(protocol, host, port)
