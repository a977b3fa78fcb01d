"""What the command line says: plain lines for people, one JSON document for programs, and how a command ends."""

import json
from collections.abc import Iterable
from enum import IntEnum
from typing import NoReturn

import typer

_WIDEST = 60
_LONGEST = 240
"""Of the last column."""


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    WRONG = 1
    """Something is wrong or was refused."""
    USAGE = 2
    """The command, its settings or its key are not understood; nothing was done."""
    NOT_REACHED = 3
    """The gateway does not answer, or does not let us in."""


def show(lines: Iterable[str], told: object, *, as_json: bool) -> None:
    """The same twice: ``told`` is what goes into JSON."""
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for line in lines:
        typer.echo(line)


def _cut(cell: str, most: int) -> str:
    line = " ".join("".join(each if each.isprintable() else " " for each in cell).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def give_up(words: str, code: Exit) -> NoReturn:
    """End with words on stderr."""
    typer.echo(words, err=True)
    raise typer.Exit(code)


def columns(rows: Iterable[Iterable[str]]) -> list[str]:
    """Rows under one another, a line each. The first column is whole, since commands take what stands there; what is
    longer elsewhere than anybody reads is cut, and whole in JSON.
    """
    known = [[row[0], *(_cut(cell, _WIDEST) for cell in row[1:-1]), _cut(row[-1], _LONGEST)] for row in map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in known), strict=True)]
    padded = ([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]] for row in known)
    return ["  ".join(cells).rstrip() for cells in padded]
