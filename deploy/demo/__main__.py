"""``python -m deploy.demo`` runs the demo until Ctrl-C, with ``DETACH=1`` in the background; ``… stop`` ends it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.demo.demo import CannotStart, Demo
from deploy.demo.layout import REPOSITORY
from deploy.demo.options import BadOption, Options, read_options
from deploy.demo.processes import NotReady
from deploy.demo.state import read_state
from deploy.demo.stopping import stop

_POLL_SECONDS = 0.05
_LOG_LINES_SHOWN = 25


def main(arguments: list[str]) -> int:
    try:
        options = read_options()
    except BadOption as error:
        return _complain(error)
    if arguments == ["stop"]:
        print("stopped" if stop(options.layout.folder) else "nothing was running")
        return 0
    if arguments:
        return _complain(ValueError("usage: python -m deploy.demo [stop]"))
    return _start_detached(options) if options.detach else asyncio.run(_run(options))


async def _run(options: Options) -> int:
    """Start, announce, wait for a signal, stop."""
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    try:
        demo = Demo(options)
    except CannotStart as error:
        return _complain(error)
    starting = asyncio.create_task(demo.start())
    stopping = asyncio.create_task(asked_to_stop.wait())
    try:
        await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            print("\n".join(demo.state.announcement), flush=True)
            await stopping
        return 0
    except ExceptionGroup as group:
        return _complain(*group.exceptions)
    except Exception as error:
        return _complain(error)
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await demo.stop()


def _start_detached(options: Options) -> int:
    """Start a supervisor that holds nothing of ours, and wait until it is ready or gone."""
    log = REPOSITORY / ".demo" / f"{options.layout.gateway_port}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "deploy.demo"],
            cwd=REPOSITORY,
            env={**os.environ, "DETACH": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        return _follow(child, options, log)
    except KeyboardInterrupt:
        child.terminate()
        return 130 if child.wait() is not None else 1


def _follow(child: subprocess.Popen[bytes], options: Options, log: Path) -> int:
    while child.poll() is None:
        state = read_state(options.layout.folder)
        if state is not None and state.supervisor.pid == child.pid and state.ready:
            print("\n".join(state.announcement), flush=True)
            return 0
        time.sleep(_POLL_SECONDS)
    return _complain(*log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:])


def _complain(*problems: object) -> int:
    for problem in problems:
        text = str(problem) or repr(problem)
        print(text, file=sys.stderr)
        if isinstance(problem, NotReady):
            _show_end_of(problem.log)
    return 1


def _show_end_of(log: Path) -> None:
    if log.exists():
        for line in log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:]:
            print(f"  {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
