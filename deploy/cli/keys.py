"""``chosei rotate-keys``: wraps what services keep encrypted with their newest key until nothing needs an older one."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from deploy.cli.environments import Environment
from deploy.cli.running import Run

_ROUNDS = 20
"""A value that changes meanwhile is left for the next round."""


@dataclass(frozen=True)
class Rotated:
    """What became of one service's secrets; ``problem`` where they need an older key still."""

    service: str
    key: str
    values: int
    problem: str = ""

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    def words(self) -> str:
        if self.problem:
            return f"{self.service}: {self.problem}"
        return f"{self.service}: {self.values} values wrapped anew, nothing needs another key than {self.key} now"


async def rotate(environments: Sequence[Environment], run: Run) -> list[Rotated]:
    """Side by side; safe beside running services and to repeat."""
    return list(await asyncio.gather(*(_rotate(each, run) for each in environments)))


async def _rotate(environment: Environment, run: Run) -> Rotated:
    service, key, total = environment.service, _current(environment), 0
    for _ in range(_ROUNDS):
        ended = await run(environment, "rotate")
        last = next((one for one in reversed(ended.said) if "values" in one or "reason" in one), {})
        if ended.code or "values" not in last:
            reason = last.get("reason") or f"python -m services.{service}.rotate says why"
            return Rotated(service, key, total, f"not all could be wrapped: {reason}")
        values = int(str(last["values"]))
        if not values:
            return Rotated(service, key, total)
        total += values
    return Rotated(
        service, key, total, f"values change faster than they are wrapped, {_ROUNDS} times over; run it again"
    )


def _current(environment: Environment) -> str:
    """The name of the key that encrypts; keys themselves are not looked at."""
    name, colon, _ = environment.variables.get("CHOSEI_DATA_KEYS", "").split(",")[0].partition(":")
    return name if colon else ""
