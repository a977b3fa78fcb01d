"""Requests with an Idempotency-Key: what they are known by, and whether one is a repeat (G8)."""

from services.booking.model.proposal import Origin
from services.booking.model.spent_keys import spent_key
from services.booking.problems import IdempotencyKeyReused
from shared.internal import Caller
from shared.problem import Problem


class IdempotencyAnswerErased(Problem):
    """It was done, and what it made told of a guest who was erased since (X5)."""

    code, status = "idempotency_answer_erased", 410
    ja = "この要求は処理済みですが、お相手の個人情報が削除されたため、もう一度お答えすることはできません。"
    en = "This request was done before. What it made was erased with the guest's personal data; nothing was done again."


def origin_of(caller: Caller, fingerprint: str, *, scope: str = "") -> Origin | None:
    """``scope`` keeps apart what several kinds of requests of one person make in the same collection."""
    if not caller.idempotency_key:
        return None
    return Origin(key=f"{scope}{caller.staff_id}:{caller.idempotency_key}", fingerprint=fingerprint)


def check_repeated(asked: Origin, made: Origin | None) -> None:
    """Raises ``IdempotencyKeyReused`` where the document was made by another body, ``IdempotencyAnswerErased`` where
    its guest is erased.
    """
    if made is not None and made.key == spent_key(asked.key):
        raise IdempotencyAnswerErased()
    if made is None or made.fingerprint != asked.fingerprint:
        raise IdempotencyKeyReused()
