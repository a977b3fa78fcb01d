"""The table: one row per figure, with its floor, ratio, aims and verdict."""

from dataclasses import dataclass, fields
from enum import StrEnum
from unicodedata import east_asian_width


class Verdict(StrEnum):
    """``disturbed``: too few quiet rounds, so that the value says little."""

    STRETCH = "stretch"
    MUST = "must"
    MISSED = "MISSED"
    DISTURBED = "disturbed"
    NOT_TAKEN = "not taken"
    INFO = "-"


@dataclass(frozen=True)
class Row:
    """Texts as they are printed."""

    id: str
    figure: str
    value: str
    floor: str = "-"
    ratio: str = "-"
    must: str = "-"
    stretch: str = "-"
    verdict: str = Verdict.INFO
    rounds: str = "-"


def not_taken(id_: str, figure: str, reason: str) -> Row:
    return Row(id_, figure, f"not taken: {reason}", verdict=Verdict.NOT_TAKEN)


@dataclass(frozen=True)
class Aim:
    """What is to be reached: at most (or at least) so much."""

    must: float
    stretch: float
    at_least: bool = False
    unit: str = " x"

    def verdict(self, measured: float, *, disturbed: bool = False) -> str:
        better = (lambda aim: measured >= aim) if self.at_least else (lambda aim: measured <= aim)
        reached = Verdict.STRETCH if better(self.stretch) else Verdict.MUST if better(self.must) else Verdict.MISSED
        return f"{reached}, {Verdict.DISTURBED}" if disturbed else reached

    def text(self, aim: float) -> str:
        return f"{'≥' if self.at_least else '≤'} {aim:g}{self.unit}"


def judged(
    id_: str,
    figure: str,
    value: str,
    measured: float,
    aim: Aim,
    *,
    floor: str = "-",
    ratio: str = "-",
    rounds: str = "-",
    disturbed: bool = False,
) -> Row:
    return Row(
        id_,
        figure,
        value,
        floor,
        ratio,
        aim.text(aim.must),
        aim.text(aim.stretch),
        aim.verdict(measured, disturbed=disturbed),
        rounds,
    )


def render(rows: list[Row]) -> str:
    names = [field.name for field in fields(Row)]
    cells = [names, *([str(getattr(row, name)) for name in names] for row in rows)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(names))]
    lines = ["  ".join(_padded(text, width) for text, width in zip(line, widths, strict=True)) for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
