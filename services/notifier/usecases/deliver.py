"""Delivering: a worker takes a matter under its lease, renders what is due, keeps the bytes, then sends them.

A crash between any two steps leaves an open delivery: the same bytes go out again under the same Message-ID (G10).
What the mail server certainly did not take is written anew for the next try, so that nobody reads what is no more so.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.propagate import extract

from services.notifier.model.matter import Delivery, Matter, Status
from services.notifier.model.plan import Send, plan
from services.notifier.providers.smtp import MailServer, Receipt
from services.notifier.store import Matters, Safe, matter_of
from services.notifier.usecases.compose import ComposeMail, NobodyKnown, NobodyToMail
from services.notifier.usecases.outcomes import Turn, begun, closed, end, put_off, record
from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.due import Lease, backoff
from shared.observability.calls import calls_noted, take_calls
from shared.providers import ProviderRefused, ProviderUnavailable

log = structlog.get_logger(__name__)
_tracer = trace.get_tracer("chosei.notifier")
_TOGETHER_SECONDS = 0.3
"""Outcomes of one turn that come within this are one write."""


@dataclass(frozen=True)
class Patience:
    """How long a mail waits for its link, and how often a failed one is tried."""

    meeting_wait: timedelta
    retry_first: timedelta
    retry_most: timedelta
    max_tries: int


class DeliverMails:
    """``handle`` is the worker's; ``next_look`` tells the store when a matter is due."""

    def __init__(
        self,
        matters: Matters,
        composer: ComposeMail,
        server: MailServer,
        safe: Safe,
        *,
        mail_from: str,
        patience: Patience,
    ) -> None:
        self._matters = matters
        self._composer = composer
        self._server = server
        self._safe = safe
        self._mail_from = mail_from
        self._patience = patience

    async def handle(self, lease: Lease) -> None:
        matter = matter_of(lease.row)
        settled = matter.proposal is not None and await self._matters.is_settled(matter.about)
        due = plan(matter, clock.now(), meeting_wait=self._patience.meeting_wait, settled=settled)
        turns = [end(matter, step, Status.SUPPRESSED, step.reason) for step in due.suppressed]
        written = await self._write_all(matter, due.sends)
        opened = [turn for turn in written if turn.event is None and turn.delivery.message]
        turns += [turn for turn in written if turn not in opened]
        fresh = {turn.key: turn.delivery for turn in opened if not turn.delivery.unsure}
        if fresh and not await self._matters.freeze(lease, fresh):
            return  # something was heard meanwhile: the matter is still due and is looked at anew
        kept = await self._send_all(lease, matter, turns, opened)
        after = matter.with_deliveries(_deliveries(turns))
        await self._matters.finish(lease, _deliveries(turns), self.next_look(after), _events(turns[kept:]))
        for turn in turns:
            record(after, turn)

    async def _send_all(self, lease: Lease, matter: Matter, turns: list[Turn], opened: Sequence[Turn]) -> int:
        """Side by side, each outcome appended to ``turns``; where one hangs the others are written and said at once
        (G9). Answers how many were.
        """
        kept = 0
        sending = [asyncio.create_task(self._send(matter, turn)) for turn in opened]
        under_way = set(sending)
        try:
            while under_way:
                ended, under_way = await asyncio.wait(under_way, timeout=_TOGETHER_SECONDS)
                turns += [task.result() for task in ended]
                if under_way and len(turns) > kept:
                    await self._matters.keep(lease, _deliveries(turns[kept:]), _events(turns[kept:]))
                    kept = len(turns)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
        return kept

    async def _write_all(self, matter: Matter, sends: Sequence[Send]) -> list[Turn]:
        """One after the other, since no number of an invitation comes twice (G14)."""
        written = []
        for step in sends:
            turn = await self._write(matter, step)
            matter = matter.with_deliveries({turn.key: turn.delivery})
            written.append(turn)
        return written

    async def _write(self, matter: Matter, step: Send) -> Turn:
        """The bytes that may have arrived already, or a mail written now; put off while its readers are unknown."""
        known = matter.deliveries.get(step.notice.delivery_key(step.audience))
        turn = begun(matter, step)
        try:
            if known is not None and known.message:
                allowed = await self._composer.allowed(matter, step.audience, known.recipients)
                return replace(turn, delivery=known.model_copy(update={"unsure": True, "recipients": allowed}))
            written = await self._composer.compose(matter, step.notice, step.audience)
        except NobodyKnown:
            return self._put_off(matter, turn, turn.delivery, "unheard_of", last_word="unheard_of")
        except NobodyToMail as error:
            return end(matter, step, Status.SUPPRESSED if error.by_choice else Status.FAILED, error.reason)
        tried = {"tries": turn.delivery.tries, "calls": turn.delivery.calls}
        return replace(turn, delivery=written.model_copy(update=tried))

    async def _send(self, matter: Matter, turn: Turn) -> Turn:
        """One try; the trace of the cause goes on here and in what is said of it."""
        parent = {"traceparent": turn.notice.chain.traceparent} if turn.notice.chain.traceparent else {}
        span = _tracer.start_as_current_span(f"mail {turn.delivery.purpose}", context=extract(parent))
        with span, calls_noted(turn.delivery.calls):
            delivery = turn.delivery
            content = self._safe.open_mail(delivery.message or "", about=matter.about)
            try:
                receipt = await self._server.send(content, sender=self._mail_from, recipients=delivery.recipients)
            except ProviderUnavailable as error:
                log.warning(
                    "mail.put_off", about=matter.about, key=turn.key, reason=error.reason, unknown=error.unknown
                )
                noted = {"unsure": delivery.unsure or error.unknown, "calls": take_calls()}
                return self._put_off(matter, turn, delivery.model_copy(update=noted), error.reason)
            except ProviderRefused as error:
                return closed(matter, turn, delivery.model_copy(update={"calls": take_calls()}), error.reason)
            return self._received(matter, turn, receipt)

    def _received(self, matter: Matter, turn: Turn, receipt: Receipt) -> Turn:
        """Refused recipients do not hold up the others; those put off get the same bytes later."""
        delivery = turn.delivery.model_copy(
            update={
                "accepted": turn.delivery.accepted + len(receipt.accepted),
                "refused": turn.delivery.refused + len(receipt.refused),
                "recipients": list(receipt.deferred),
                "calls": take_calls(),
            }
        )
        codes = ",".join(sorted({str(code) for _, code in receipt.refused}))
        if receipt.refused:
            log.warning("mail.recipients_refused", about=matter.about, key=turn.key, codes=codes)
        if receipt.deferred:
            return self._put_off(matter, turn, delivery, "recipients_deferred")
        return closed(matter, turn, delivery, f"smtp_{codes}" if codes else delivery.reason)

    def _put_off(
        self, matter: Matter, turn: Turn, delivery: Delivery, reason: str, *, last_word: str = "gave_up"
    ) -> Turn:
        """The same bytes later where they may have arrived, else the mail as it then has to be; ``last_word`` is said
        after the last try.
        """
        tries = delivery.tries + 1
        if tries >= self._patience.max_tries:
            return closed(matter, turn, delivery, last_word)
        pause = backoff(
            tries,
            first=self._patience.retry_first.total_seconds(),
            most=self._patience.retry_most.total_seconds(),
        )
        kept = delivery if delivery.unsure or delivery.accepted else delivery.unwritten()
        return put_off(matter, turn, kept.model_copy(update={"tries": tries}), clock.now() + pause, reason)

    def next_look(self, matter: Matter) -> datetime | None:
        return plan(matter, clock.now(), meeting_wait=self._patience.meeting_wait).next_at


def _deliveries(turns: Sequence[Turn]) -> dict[str, Delivery]:
    return {turn.key: turn.delivery for turn in turns}


def _events(turns: Sequence[Turn]) -> list[CloudEvent[Any]]:
    return [turn.event for turn in turns if turn.event]
