"""What the command line says: plain lines for people, one JSON document for programs, and how a command ends."""

import json
from collections.abc import Iterable
from enum import IntEnum
from typing import NoReturn

import typer


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


def give_up(words: str, code: Exit) -> NoReturn:
    """End with words on stderr."""
    typer.echo(words, err=True)
    raise typer.Exit(code)


def columns(rows: Iterable[Iterable[str]]) -> list[str]:
    """Rows under one another; the last column is as long as it is."""
    known = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in known), strict=True)]
    padded = ([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]] for row in known)
    return ["  ".join(cells).rstrip() for cells in padded]
