"""Ends a demo from outside: asks its supervisor, then takes away what a killed supervisor left behind."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from deploy.demo.state import Running, State, read_state

_SUPERVISOR_SECONDS = 90.0
_LEFTOVER_SECONDS = 15.0
_POLL_SECONDS = 0.1


def stop(folder: Path) -> bool:
    """Stop what runs in this folder; False when nothing did."""
    state = read_state(folder)
    if state is None:
        return False
    was_running = state.supervisor.alive
    if was_running:
        os.kill(state.supervisor.pid, signal.SIGTERM)
        _wait([state.supervisor], _SUPERVISOR_SECONDS)
    return take_away_leftovers(read_state(folder) or state) or was_running


def take_away_leftovers(state: State) -> bool:
    """End the processes of a supervisor that is gone; False when there were none."""
    left = [process for process in (*state.processes.values(), state.supervisor) if process.alive]
    _signal(left, signal.SIGTERM)
    _wait(left, _LEFTOVER_SECONDS)
    _signal(left, signal.SIGKILL)
    _wait(left, _LEFTOVER_SECONDS)
    return bool(left)


def _signal(processes: Iterable[Running], number: signal.Signals) -> None:
    for process in processes:
        if process.alive:
            with suppress(ProcessLookupError, PermissionError):
                send = os.killpg if number == signal.SIGKILL else os.kill
                send(process.pid, number)


def _wait(processes: Iterable[Running], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(process.alive for process in processes):
        time.sleep(_POLL_SECONDS)
