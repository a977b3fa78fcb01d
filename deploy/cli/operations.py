"""Commands over the API: what waits, what failed and why, and what is done about it (X7)."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import typer
from pydantic import BaseModel

from deploy.cli.api import NotLetIn, NotReached, Operations, Refused, Target, reached, silence_of
from deploy.cli.listing import (
    decision_lines,
    effect_lines,
    letter_lines,
    owed_lines,
    pipeline_lines,
    silent_lines,
    unseen_lines,
)
from deploy.cli.options import All, AsJson, Demo, KeyFile, OfService, Reason, Url
from deploy.cli.output import Exit, give_up, show
from shared.contracts.api.operations import Done

Work = Callable[[Operations], Awaitable[Exit]]
Ids = typer.Argument(None, help="As `chosei failed` shows them.", show_default=False)
M = TypeVar("M", bound=BaseModel)
app = typer.Typer()


@dataclass(frozen=True)
class Again(Generic[M]):
    """What is handled or tried once more: those named, or all. ``words`` are of all, ``line`` of one."""

    words: str
    one: Callable[[Operations, str], Awaitable[M]]
    line: Callable[[M], str]

    def work(
        self, ids: Sequence[str], every: bool, everything: Callable[[Operations], Awaitable[Done]], as_json: bool
    ) -> Work:
        if bool(ids) == every:
            give_up("name ids, or say --all, not both", Exit.USAGE)

        async def work(asked: Operations) -> Exit:
            if every:
                return _done(await everything(asked), self.words, as_json)
            made, code = await _each(ids, lambda an_id: self.one(asked, an_id))
            show([self.line(one) for one in made], [_plain(one) for one in made], as_json=as_json)
            return code

        return work


@app.command()
def pipeline(url: Url = "", key_file: KeyFile = None, demo: Demo = False, as_json: AsJson = False) -> None:
    """What waits in each service, and how long the stages of a confirmation take. 1: a service does not answer."""

    async def work(asked: Operations) -> Exit:
        told = await asked.pipeline()
        show(pipeline_lines(told), _plain(told), as_json=as_json)
        return Exit.WRONG if any(state.operations is None for state in told.services) else Exit.DONE

    _run(work, url, key_file, demo)


@app.command()
def failed(
    waiting: bool = typer.Option(False, "--waiting", help="Also what is tried again by itself."),
    each: bool = typer.Option(False, "--each", help="Also what is equal line by line, as --json always does."),
    service: OfService = "",
    url: Url = "",
    key_file: KeyFile = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Parked messages and effects that failed, with ids and reasons; many equal ones in one line. 1: there are some."""

    async def work(asked: Operations) -> Exit:
        letters = await asked.dead_letters(service)
        effects = await asked.effects("" if waiting else "failed", service)
        silent = {**letters.silent, **effects.silent}
        lines = [
            *letter_lines(letters.items),
            *(effect_lines if each else owed_lines)(effects.items),
            *unseen_lines(letters.unseen),
            *silent_lines(silent),
        ]
        told = {
            "dead_letters": [_plain(one) for one in letters.items],
            "effects": [_plain(one) for one in effects.items],
            "unseen": letters.unseen,
            "unreachable": sorted(silent),
            "silent": silent,
        }
        show(lines or ["nothing failed"], told, as_json=as_json)
        return (
            Exit.WRONG
            if letters.items or letters.unseen or silent or any(one.status == "failed" for one in effects.items)
            else Exit.DONE
        )

    _run(work, url, key_file, demo)


@app.command()
def replay(
    ids: list[str] = Ids,
    every: All = False,
    service: OfService = "",
    match: str = typer.Option("", help="With --all: only those whose type, subject or error contains this."),
    url: Url = "",
    key_file: KeyFile = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Put parked messages back into their queues: those named, or --all; of each queue the first 1000 at once."""
    again = Again("put back into their queues", Operations.replay, lambda one: f"{one.id} goes back into {one.queue}")
    work = again.work(ids, every, lambda asked: asked.replay_all(service, match), as_json)
    _run(work, url, key_file, demo)


@app.command()
def discard(
    letter_id: str,
    reason: Reason,
    url: Url = "",
    key_file: KeyFile = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Give a parked message up for good; it stays on record with the reason."""

    async def work(asked: Operations) -> Exit:
        letter = await asked.discard(letter_id, reason)
        return _given_up(letter, f"{letter.id} ({letter.event_type} of {letter.subject})", as_json)

    _run(work, url, key_file, demo)


@app.command()
def retry(
    ids: list[str] = Ids,
    every: All = False,
    service: OfService = "",
    url: Url = "",
    key_file: KeyFile = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Try effects again now: those named, or --all that failed or wait."""
    again = Again("tried again now", Operations.retry, lambda one: f"{one.effect} of {one.about} is tried again now")
    _run(again.work(ids, every, lambda asked: asked.retry_all(service), as_json), url, key_file, demo)


@app.command("give-up")
def give_up_effect(
    effect_id: str,
    reason: Reason,
    url: Url = "",
    key_file: KeyFile = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Try an effect no more; it stays on record with the reason."""

    async def work(asked: Operations) -> Exit:
        effect = await asked.give_up(effect_id, reason)
        return _given_up(effect, f"{effect.effect} of {effect.about}", as_json)

    _run(work, url, key_file, demo)


@app.command()
def reconcile(url: Url = "", key_file: KeyFile = None, demo: Demo = False, as_json: AsJson = False) -> None:
    """Compare everything with the providers now."""

    async def work(asked: Operations) -> Exit:
        return _done(await asked.reconcile(), "calendars and Zoom users that are compared now", as_json)

    _run(work, url, key_file, demo)


@app.command()
def decisions(
    limit: int = typer.Option(50, min=1, max=200),
    url: Url = "",
    key_file: KeyFile = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Who replayed, discarded, retried, gave up and reconciled what, and why; the newest first."""

    async def work(asked: Operations) -> Exit:
        found = await asked.decisions(limit)
        show(decision_lines(found), [_plain(one) for one in found], as_json=as_json)
        return Exit.DONE

    _run(work, url, key_file, demo)


def _run(work: Work, url: str, key_file: Path | None, demo: bool) -> None:
    """What goes wrong is said in words, on stderr."""
    target = _target(url, key_file, demo)

    async def reach() -> Exit:
        async with reached(target) as asked:
            return await work(asked)

    try:
        code = asyncio.run(reach())
    except Refused as error:
        give_up(str(error), Exit.WRONG)
    except NotLetIn as error:
        give_up(f"{error} An API key of an administrator is needed, with the scope operations:write.", Exit.NOT_REACHED)
    except NotReached as error:
        give_up(f"{error}. Is it the right address? Does the gateway run?", Exit.NOT_REACHED)
    raise typer.Exit(code)


def _target(url: str, key_file: Path | None, demo: bool) -> Target:
    if demo:
        # The demo is no part of an installation, and its modules are loaded for it alone.
        from deploy.demo.accounts import ADMINISTRATOR
        from deploy.demo.options import BadOption, read_options

        try:
            layout = read_options().layout
        except BadOption as error:
            give_up(str(error), Exit.USAGE)
        return Target(layout.gateway_url, login=(ADMINISTRATOR.email, ADMINISTRATOR.password))
    key = _key(key_file)
    if not url or not key:
        missing = "CHOSEI_API_KEY (or --key-file)" if url else "CHOSEI_URL (or --url), where the gateway is,"
        give_up(f"{missing} is not set; with the demo on this machine: --demo", Exit.USAGE)
    if urlsplit(url).scheme not in ("http", "https"):
        give_up(f"{url} is no web address", Exit.USAGE)
    return Target(url, key=key)


def _key(key_file: Path | None) -> str:
    if key_file is None:
        return os.environ.get("CHOSEI_API_KEY", "").strip()
    try:
        return key_file.read_text().strip()
    except OSError as error:
        give_up(f"{key_file} cannot be read: {error.strerror}", Exit.USAGE)


async def _each(ids: Sequence[str], act: Callable[[str], Awaitable[M]]) -> tuple[list[M], Exit]:
    """What became of each; one that is refused is said at once, and the others go on."""
    done: list[M] = []
    for one in ids:
        try:
            done.append(await act(one))
        except Refused as error:
            typer.echo(f"{one}: {error}", err=True)
    return done, Exit.DONE if len(done) == len(ids) else Exit.WRONG


def _done(done: Done, words: str, as_json: bool) -> Exit:
    lines = [f"{words}: {done.count}", *unseen_lines(done.unseen), *silent_lines(silence_of(done))]
    show(lines, _plain(done), as_json=as_json)
    return Exit.WRONG if done.unseen or done.unreachable else Exit.DONE


def _given_up(thing: BaseModel, which: str, as_json: bool) -> Exit:
    show([f"{which} is given up"], _plain(thing), as_json=as_json)
    return Exit.DONE


def _plain(model: BaseModel) -> object:
    return model.model_dump(mode="json")
