"""How a delivery ends or waits, and what is said of it (G9): sent, failed, suppressed or put off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from services.notifier.model.invited import is_apart
from services.notifier.model.matter import Delivery, Matter, Notice, Status
from services.notifier.model.plan import Send, Suppress
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.notifier import NotificationFailed, NotificationSent, Purpose
from shared.contracts.stages import Stage
from shared.observability import metrics

log = structlog.get_logger(__name__)
_SAY_EVERY = 5
"""Of the tries that fail one after the other the first is said, and then one in so many."""


@dataclass(frozen=True)
class Turn:
    """One delivery as it stands at this turn, and what is to be said of it."""

    notice: Notice
    key: str
    delivery: Delivery
    event: CloudEvent[Any] | None = None


def closed(matter: Matter, turn: Turn, delivery: Delivery, reason: str) -> Turn:
    """The mail server's last word: sent where it took the mail for anybody; said to be sent where for everybody."""
    status = Status.SENT if delivery.accepted else Status.FAILED
    everybody = status is Status.SENT and not delivery.refused
    done = delivery.model_copy(
        update={
            "status": status,
            "message": None,
            "recipients": [],
            "next_at": None,
            "reason": "" if everybody else reason,
            "ended_at": clock.now(),
        }
    )
    missed = f"{delivery.refused} of {delivery.refused + delivery.accepted} recipients: {reason}"
    if everybody:
        return Turn(turn.notice, turn.key, done, _sent(matter, turn.notice, done))
    event = _failed(matter, turn.notice, done, missed if status is Status.SENT else reason)
    return Turn(turn.notice, turn.key, done, event)


def begun(matter: Matter, step: Send | Suppress) -> Turn:
    """Where this mail stands: not begun yet, as it was left, or begun anew after it failed."""
    notice, key = step.notice, step.notice.delivery_key(step.audience)
    blank = Delivery(
        status=Status.OPEN, purpose=notice.purpose, revision=notice.revision, audience=step.audience, tag=notice.tag
    )
    known = matter.deliveries.get(key, blank)
    return Turn(notice, key, known.anew() if known.status is Status.FAILED else known)


def end(matter: Matter, step: Send | Suppress, how: Status, reason: str) -> Turn:
    """A mail that never goes out, or not any more."""
    turn = begun(matter, step)
    done = turn.delivery.model_copy(
        update={
            "status": how,
            "message": None,
            "recipients": [],
            "next_at": None,
            "reason": reason,
            "ended_at": clock.now(),
            "unsure": bool(turn.delivery.message),
        }
    )
    return Turn(step.notice, turn.key, done, _failed(matter, step.notice, done, reason))


def put_off(matter: Matter, turn: Turn, delivery: Delivery, next_at: datetime, reason: str) -> Turn:
    """Another try later; said so that nobody wonders where the mail is."""
    waiting = delivery.model_copy(update={"next_at": next_at, "reason": reason})
    if waiting.tries > 1 and waiting.tries % _SAY_EVERY:
        return Turn(turn.notice, turn.key, waiting)
    event = _failed(matter, turn.notice, waiting, reason)
    return Turn(turn.notice, turn.key, waiting.model_copy(update={"calls": []}), event)


def _sent(matter: Matter, notice: Notice, delivery: Delivery) -> CloudEvent[Any]:
    data = NotificationSent(
        about=matter.about,
        revision=delivery.revision,
        purpose=delivery.purpose,
        audience=delivery.audience,
        message_id=delivery.message_id,
        with_meeting=delivery.with_meeting,
        fell_back=delivery.fell_back,
        original_start_at=notice.original_start_at,
        invited_apart=is_apart(matter, delivery),
        calls=delivery.calls,
    )
    return _event(matter, notice, data)


def _failed(matter: Matter, notice: Notice, delivery: Delivery, reason: str) -> CloudEvent[Any]:
    data = NotificationFailed(
        about=matter.about,
        revision=delivery.revision,
        purpose=delivery.purpose,
        audience=delivery.audience,
        reason=reason,
        suppressed=delivery.status is Status.SUPPRESSED,
        original_start_at=notice.original_start_at,
        calls=delivery.calls,
        retry_at=delivery.next_at if delivery.status is Status.OPEN else None,
    )
    return _event(matter, notice, data)


def _event(matter: Matter, notice: Notice, data: NotificationSent | NotificationFailed) -> CloudEvent[Any]:
    return envelope(
        data,
        subject=matter.about,
        organization_id=matter.organization_id,
        version=notice.revision,
        cause=Cause(**notice.chain.model_dump(exclude={"traceparent"})),
    )


def record(matter: Matter, turn: Turn) -> None:
    """Metrics and the log line, once the outcome is written."""
    if turn.delivery.status is Status.OPEN:
        if turn.delivery.next_at is not None:
            metrics.record_effect("mail", "waiting")
        return
    metrics.record_effect("mail", "done" if turn.delivery.status is Status.SENT else turn.delivery.status)
    log.info("mail.ended", about=matter.about, key=turn.key, status=turn.delivery.status, reason=turn.delivery.reason)
    if turn.delivery.purpose is Purpose.CONFIRMED and turn.delivery.status is Status.SENT and matter.appointment:
        metrics.record_stage(Stage.MAIL_SENT, clock.now() - matter.appointment.confirmed_at)
