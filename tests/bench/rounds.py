"""Rounds taken in turns, thrown out where strangers used the machine; medians with their spread."""

import statistics
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
_MOST_TRIES = 1.6
_FEWEST = 3


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Spread:
    """A median with the lowest and highest of what it was taken from."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    def text(self, digits: int = 1, unit: str = "") -> str:
        return f"{self.median:.{digits}f}{unit} [{self.low:.{digits}f}–{self.high:.{digits}f}]"


@dataclass
class Rounds(Generic[T]):
    """What was taken; ``disturbed`` where too few rounds were quiet and all of them are shown instead."""

    taken: list[T] = field(default_factory=list)
    tried: int = 0
    kept: int = 0
    worst_others: float = 0.0

    @property
    def disturbed(self) -> bool:
        return self.kept < min(_FEWEST, self.tried)

    @property
    def label(self) -> str:
        return f"{self.kept}/{self.tried}"

    def spread(self, value: Callable[[T], float]) -> Spread:
        return Spread.of([value(each) for each in self.taken])


async def take(name: str, wanted: int, limit: float, once: Callable[[int], Awaitable[tuple[T, float]]]) -> Rounds[T]:
    """``once`` answers a round and how many cores strangers used in it; more rounds are taken for those thrown out."""
    rounds: Rounds[T] = Rounds()
    quiet: list[T] = []
    noisy: list[T] = []
    most = max(wanted, round(wanted * _MOST_TRIES))
    while len(quiet) < wanted and rounds.tried < most:
        result, others = await once(rounds.tried)
        rounds.tried += 1
        rounds.worst_others = max(rounds.worst_others, others)
        (quiet if others <= limit else noisy).append(result)
        print(f"{name}: round {rounds.tried}, others {others:.2f} cores", file=sys.stderr, flush=True)
    rounds.kept = len(quiet)
    rounds.taken = [*quiet, *noisy] if rounds.disturbed else quiet
    return rounds
