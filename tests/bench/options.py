"""What may be chosen from the environment; the defaults fit the whole into about a quarter of an hour."""

import os
from dataclasses import dataclass, field


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


@dataclass(frozen=True)
class Options:
    """``BENCH=p1,p8`` takes some figures; the others raise the size of a round or the number of rounds."""

    figures: frozenset[str] = field(
        default_factory=lambda: frozenset(os.environ.get("BENCH", "").lower().replace(",", " ").split())
    )
    rounds: int = field(default_factory=lambda: _number("BENCH_ROUNDS", 5))
    starts: int = field(default_factory=lambda: _number("BENCH_STARTS", 3))
    """Of P14."""
    p7_seconds: int = field(default_factory=lambda: _number("BENCH_P7_SECONDS", 4))
    """Of each of P7's three rates; the figure is defined over 60."""
    races: int = field(default_factory=lambda: _number("BENCH_RACES", 25))
    """Of P8; the figure is defined over 100."""
    p5_appointments: int = field(default_factory=lambda: _number("BENCH_P5_APPOINTMENTS", 2000))
    """Of the host whose page is viewed in P5."""
    p10_appointments: int = field(default_factory=lambda: _number("BENCH_P10_APPOINTMENTS", 2000))
    """All reminded of at one moment."""
    p11_reminders: int = field(default_factory=lambda: _number("BENCH_P11_REMINDERS", 1_000_000))
    """Filed for later days."""
    replicas: tuple[int, ...] = field(
        default_factory=lambda: tuple(map(int, (os.environ.get("BENCH_REPLICAS") or "1,2,4").split(",")))
    )
    """Processes of each service, one row of the table each."""
    others: float = field(default_factory=lambda: float(os.environ.get("BENCH_OTHERS") or 0.3))
    """Cores that other processes may use in a round that counts."""

    def wants(self, *ids: str) -> bool:
        return not self.figures or bool(self.figures & {each.lower() for each in ids})
