"""One answer per key and request (G8): the first one works, twins wait for its answer, repeats get it again."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.gateway.store.answers import KeptKey, StoredAnswer
from shared import clock
from shared.problem import Problem

_FIRST_LOOK, _LAST_LOOK = 0.02, 0.25


class IdempotencyKeyReused(Problem):
    """The key stands for another request."""

    code, status = "idempotency_key_reused", 422
    ja = "この Idempotency-Key は別の内容で使用済みです。"
    en = "This Idempotency-Key was used with another request."


class IdempotencyInProgress(Problem):
    """The first request with this key has not been answered in time."""

    code, status = "idempotency_in_progress", 409
    ja = "同じ Idempotency-Key の要求を処理中です。しばらくしてからもう一度お試しください。"
    en = "A request with this Idempotency-Key is still being processed. Please try again in a moment."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})


class IdempotencyAnswerErased(Problem):
    """It was done, and what it answered told of a guest who was erased since (X5)."""

    code, status = "idempotency_answer_erased", 410
    ja = "この要求は処理済みですが、お相手の個人情報が削除されたため、もう一度お答えすることはできません。"
    en = "This request was done before. Its answer was erased with the guest's personal data; nothing was done again."


class Answers(Protocol):
    """``AnswerStore``, or a fake."""

    async def begin(self, key_id: str, fingerprint: str) -> str | None: ...

    async def find(self, key_id: str) -> KeptKey | None: ...

    async def take_over(self, key_id: str, dead_token: str) -> str | None: ...

    async def finish(self, key_id: str, token: str, answer: StoredAnswer) -> None: ...

    async def forget(self, key_id: str, token: str) -> None: ...


@dataclass(frozen=True)
class Turn:
    """This request works; its answer is to be kept or the key set free."""

    key_id: str
    token: str


class AnswerOnce:
    """Raises ``IdempotencyKeyReused``, ``IdempotencyInProgress``, ``IdempotencyAnswerErased``."""

    def __init__(self, answers: Answers, patience: timedelta) -> None:
        self._answers = answers
        self._patience = patience.total_seconds()

    async def begin(self, key_id: str, fingerprint: str) -> Turn | StoredAnswer:
        """Work, or the answer that was given."""
        deadline, pause = time.monotonic() + self._patience, _FIRST_LOOK
        while True:
            token = await self._answers.begin(key_id, fingerprint)
            if token is not None:
                return Turn(key_id, token)
            known = await self._answers.find(key_id)
            if known is not None:
                decided = await self._decide(key_id, fingerprint, known)
                if decided is not None:
                    return decided
                if time.monotonic() >= deadline:
                    raise IdempotencyInProgress()
                await asyncio.sleep(pause)
                pause = min(_LAST_LOOK, pause * 1.5)

    async def end(self, turn: Turn, answer: StoredAnswer) -> None:
        """Keep 2xx and 4xx; what may go otherwise next time sets the key free."""
        if is_kept(answer):
            await self._answers.finish(turn.key_id, turn.token, answer)
        else:
            await self.give_up(turn)

    async def give_up(self, turn: Turn) -> None:
        await self._answers.forget(turn.key_id, turn.token)

    async def _decide(self, key_id: str, fingerprint: str, known: KeptKey) -> Turn | StoredAnswer | None:
        """None: wait and look again."""
        now = clock.real_now()
        if known.expires_at <= now:
            await self._answers.forget(key_id, known.token)
            return None
        if known.fingerprint != fingerprint:
            raise IdempotencyKeyReused()
        if known.is_erased:
            raise IdempotencyAnswerErased()
        if known.answer is not None:
            return known.answer
        if known.lease_until <= now and (token := await self._answers.take_over(key_id, known.token)):
            return Turn(key_id, token)
        return None


def is_kept(answer: StoredAnswer) -> bool:
    """2xx, and 4xx except 401 and 429; a twin's being under way is no answer either."""
    if answer.status == 409 and b'"idempotency_in_progress"' in answer.body:
        return False
    return 200 <= answer.status < 300 or (400 <= answer.status < 500 and answer.status not in (401, 429))
