"""``chosei doctor``: each service proves what it needs, and what is wrong is said in one line with what to do (X7)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from deploy.cli.environments import Environment
from deploy.cli.output import columns
from deploy.cli.running import Ended, Run

_WRONG = "wrong"
_AT_ONCE = 2


@dataclass(frozen=True)
class Line:
    """A finding of one service, as its doctor said it."""

    service: str
    what: str
    state: str
    found: str
    advice: str


@dataclass(frozen=True)
class Report:
    """Of all services that were examined."""

    lines: Sequence[Line]

    @property
    def is_well(self) -> bool:
        return not any(line.state == _WRONG for line in self.lines)

    def to_json(self) -> dict[str, object]:
        return {"ok": self.is_well, "findings": [asdict(line) for line in self.lines]}

    def words(self) -> list[str]:
        """What is wrong comes last, next to the prompt."""
        ordered = sorted(self.lines, key=lambda line: line.state == _WRONG)
        rows = [(line.state, line.service, line.what, _sentence(line)) for line in ordered]
        counted = Counter(line.state for line in self.lines)
        total = f"{counted[_WRONG]} of {counted.total()} are wrong" if counted[_WRONG] else "all is well"
        return [
            *columns(rows),
            f"{total} ({', '.join(f'{number} {state}' for state, number in sorted(counted.items()))})",
        ]


async def examine(environments: Sequence[Environment], run: Run, *, mail_to: str = "") -> Report:
    """A few side by side: each takes a second of a processor for its imports."""
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def one(environment: Environment) -> list[Line]:
        async with at_once:
            return await _of_service(environment, run, mail_to)

    found = await asyncio.gather(*map(one, environments))
    return Report([line for lines in found for line in lines])


async def _of_service(environment: Environment, run: Run, mail_to: str) -> list[Line]:
    service = environment.service
    arguments = ("--mail-to", mail_to) if mail_to and service == "notifier" else ()
    ended = await run(environment, "doctor", *arguments)
    return _lines(service, ended) or [
        Line(
            service,
            "doctor",
            _WRONG,
            f"the examination itself ended with {ended.code} and without a word",
            f"run it with this service's settings and read why: python -m services.{service}.doctor",
        )
    ]


def _lines(service: str, ended: Ended) -> list[Line]:
    said = [one for one in ended.said if {"what", "state", "found"} <= one.keys()]
    return [Line(service, *(str(one.get(name, "")) for name in ("what", "state", "found", "advice"))) for one in said]


def _sentence(line: Line) -> str:
    return f"{line.found}. {line.advice[:1].upper()}{line.advice[1:]}." if line.advice else line.found
