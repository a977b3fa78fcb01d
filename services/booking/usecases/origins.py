"""Requests with an Idempotency-Key: what they are known by, and whether one is a repeat (G8)."""

from services.booking.model.proposal import Origin
from services.booking.problems import IdempotencyKeyReused
from shared.internal import Caller


def origin_of(caller: Caller, fingerprint: str, *, scope: str = "") -> Origin | None:
    """``scope`` keeps apart what several kinds of requests of one person make in the same collection."""
    if not caller.idempotency_key:
        return None
    return Origin(key=f"{scope}{caller.staff_id}:{caller.idempotency_key}", fingerprint=fingerprint)


def check_repeated(asked: Origin, made: Origin | None) -> None:
    """Raises ``IdempotencyKeyReused`` where the document was made by another body."""
    if made is None or made.fingerprint != asked.fingerprint:
        raise IdempotencyKeyReused()
