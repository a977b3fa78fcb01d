"""The life of an idempotency key, on a stand-in for the database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.gateway.store.answers import KeptKey, StoredAnswer
from services.gateway.usecases.answer_once import (
    AnswerOnce,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    Turn,
    is_kept,
)
from shared import clock

DONE = StoredAnswer(201, (("content-type", "application/json"),), b"{}")


class FakeAnswers:
    """Keeps rows in memory with the same guards as ``AnswerStore``."""

    def __init__(self) -> None:
        self.rows: dict[str, KeptKey] = {}
        self._made = 0

    def _token(self) -> str:
        self._made += 1
        return f"token-{self._made}"

    async def begin(self, key_id: str, fingerprint: str) -> str | None:
        if key_id in self.rows:
            return None
        now, token = clock.real_now(), self._token()
        self.rows[key_id] = KeptKey(token, fingerprint, now + timedelta(seconds=30), now + timedelta(hours=24), None)
        return token

    async def find(self, key_id: str) -> KeptKey | None:
        return self.rows.get(key_id)

    async def take_over(self, key_id: str, dead_token: str) -> str | None:
        row = self.rows.get(key_id)
        if row is None or row.token != dead_token or row.answer:
            return None
        token = self._token()
        self.rows[key_id] = replace(row, token=token, lease_until=clock.real_now() + timedelta(seconds=30))
        return token

    async def finish(self, key_id: str, token: str, answer: StoredAnswer) -> None:
        if self.rows[key_id].token == token:
            self.rows[key_id] = replace(self.rows[key_id], answer=answer)

    async def forget(self, key_id: str, token: str) -> None:
        if key_id in self.rows and self.rows[key_id].token == token:
            del self.rows[key_id]

    def age(self, key_id: str, *, by: timedelta) -> None:
        row = self.rows[key_id]
        self.rows[key_id] = replace(row, lease_until=row.lease_until - by, expires_at=row.expires_at - by)


@pytest.fixture
def answers() -> FakeAnswers:
    return FakeAnswers()


@pytest.fixture
def once(answers: FakeAnswers) -> AnswerOnce:
    return AnswerOnce(answers, patience=timedelta(seconds=0.2))


async def _begin(once: AnswerOnce, key: str = "k") -> Turn:
    turn = await once.begin(key, "request")
    assert isinstance(turn, Turn)
    return turn


async def test_a_repeat_gets_the_first_answer(once: AnswerOnce) -> None:
    await once.end(await _begin(once), DONE)
    assert await once.begin("k", "request") == DONE


async def test_another_request_under_the_same_key_is_refused_even_in_flight(once: AnswerOnce) -> None:
    await _begin(once)
    with pytest.raises(IdempotencyKeyReused):
        await once.begin("k", "another request")


async def test_a_twin_waits_for_the_answer(once: AnswerOnce) -> None:
    turn = await _begin(once)
    twin = asyncio.create_task(once.begin("k", "request"))
    await asyncio.sleep(0)
    await once.end(turn, DONE)
    assert await twin == DONE


async def test_a_twin_is_told_to_come_back_when_patience_ends(once: AnswerOnce) -> None:
    await _begin(once)
    with pytest.raises(IdempotencyInProgress):
        await once.begin("k", "request")


async def test_a_twin_works_itself_when_the_first_gave_no_answer_worth_keeping(once: AnswerOnce) -> None:
    turn = await _begin(once)
    twin = asyncio.create_task(once.begin("k", "request"))
    await asyncio.sleep(0)
    await once.end(turn, replace(DONE, status=503))
    assert isinstance(await twin, Turn)


async def test_a_request_that_died_is_taken_over_once(once: AnswerOnce, answers: FakeAnswers) -> None:
    dead = await _begin(once)
    answers.age("k", by=timedelta(seconds=31))
    heir = await _begin(once)
    await once.end(dead, replace(DONE, status=409))
    assert answers.rows["k"].answer is None
    await once.end(heir, DONE)
    assert await once.begin("k", "request") == DONE


async def test_a_key_is_free_again_after_its_time(once: AnswerOnce, answers: FakeAnswers) -> None:
    await once.end(await _begin(once), DONE)
    answers.age("k", by=timedelta(hours=25))
    assert isinstance(await once.begin("k", "another request"), Turn)


@pytest.mark.parametrize("status", [200, 201, 202, 400, 403, 404, 409, 410, 412, 422])
def test_successes_and_refusals_are_kept(status: int) -> None:
    assert is_kept(StoredAnswer(status, (), b"{}"))


@pytest.mark.parametrize("status", [303, 401, 429, 500, 502, 503])
def test_what_may_go_otherwise_next_time_is_not_kept(status: int) -> None:
    assert not is_kept(StoredAnswer(status, (), b"{}"))


def test_a_twin_in_flight_elsewhere_is_no_answer() -> None:
    assert not is_kept(StoredAnswer(409, (), b'{"code":"idempotency_in_progress"}'))
