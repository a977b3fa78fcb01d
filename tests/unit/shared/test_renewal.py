"""One renewal per grant, however many ask; the database has the last word between replicas (G19, E9)."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from shared import clock
from shared.oauth import Grant
from shared.providers import CredentialRevoked, ProviderThrottled
from shared.renewal import Renewals


@dataclass
class Kept:
    """A database with one grant, and its provider; what is seen is its generation."""

    generation: int = 1
    good_from: int = 2
    held: str | None = None
    asked: int = 0
    failure: Exception | None = None
    told: list[str] = field(default_factory=list)

    async def read(self) -> int:
        if self.told:
            raise CredentialRevoked("ended")
        return self.generation

    async def claim(self, seen: int, lease: str) -> bool:
        if self.held is not None or seen != self.generation:
            return False
        self.held = lease
        return True

    async def ask(self, seen: int) -> Grant:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure
        return Grant("access", "refresh", clock.now(), frozenset())

    async def commit(self, seen: int, lease: str, grant: Grant) -> int | None:
        self.held = None
        self.generation += 1
        return self.generation

    async def give_back(self, seen: int, lease: str) -> None:
        if self.held == lease:
            self.held = None

    async def refused(self, seen: int, lease: str, reason: str) -> None:
        self.told.append(reason)

    async def token(self, renewals: Renewals[int]) -> int:
        return await renewals.usable(self.read, lambda seen: seen >= self.good_from, lambda seen: seen)


async def test_g19_many_callers_in_several_replicas_ask_once() -> None:
    kept = Kept()
    replicas = [Renewals(kept) for _ in range(3)]
    answers = await asyncio.gather(*(kept.token(one) for one in replicas for _ in range(5)))
    assert set(answers) == {2}
    assert kept.asked == 1


async def test_g19_who_finds_it_renewed_asks_nobody() -> None:
    kept = Kept(generation=2)
    assert await kept.token(Renewals(kept)) == 2
    assert kept.asked == 0


async def test_g19_another_workers_renewal_is_waited_for() -> None:
    kept = Kept(held="another")
    waiting = asyncio.create_task(kept.token(Renewals(kept)))
    await asyncio.sleep(0)
    await kept.commit(1, "another", Grant("access", None, clock.now(), frozenset()))
    assert await waiting == 2
    assert kept.asked == 0


async def test_a_failed_renewal_is_given_back_and_told() -> None:
    kept = Kept(failure=ProviderThrottled("429", retry_after=timedelta(seconds=7)))
    with pytest.raises(ProviderThrottled):
        await kept.token(Renewals(kept))
    assert kept.held is None


async def test_g19_a_dead_grant_is_told_once_however_many_ask() -> None:
    kept = Kept(failure=CredentialRevoked("invalid_grant"))
    ask = partial(kept.token, Renewals(kept))
    answers = await asyncio.gather(*(ask() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(answer, CredentialRevoked) for answer in answers)
    assert kept.told == ["invalid_grant"]
