"""The demo's supervisor, on small programs: what dies comes back, what stops leaves nothing."""

import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.demo.probes import answers_ok, listens
from deploy.demo.processes import NotReady, Program
from deploy.demo.state import Running, State, read_state
from deploy.demo.stopping import take_away_leftovers
from deploy.demo.supervisor import Supervisor
from tests.infrastructure.ports import free_ports
from tests.waiting import eventually

_SERVER = """
import http.server, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *a): pass
signal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[2], "a").write(sys.argv[3] + "\\n"), sys.exit(0)))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def a_program(folder: Path, name: str, code: str = _SERVER, *, grace: float = 5, ready: float = 20) -> Program:
    (port,) = free_ports(1)
    return Program(
        name=name,
        command=(sys.executable, "-c", code, str(port), str(folder / "ends"), name),
        folder=folder,
        log=folder / f"{name}.log",
        ready=answers_ok(f"http://127.0.0.1:{port}/readyz"),
        environment={},
        grace_seconds=grace,
        ready_seconds=ready,
    )


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    made = Supervisor(tmp_path, State(supervisor=Running.of(os.getpid())))
    yield made
    await made.stop()


def running(folder: Path, name: str) -> Running:
    state = read_state(folder)
    assert state is not None
    return state.processes[name]


async def test_a_killed_program_comes_back(supervisor: Supervisor, tmp_path: Path) -> None:
    program = a_program(tmp_path, "one")
    await supervisor.start(program, tier=0)
    first = running(tmp_path, "one")
    os.kill(first.pid, signal.SIGKILL)
    await eventually(lambda: running(tmp_path, "one").pid != first.pid)
    assert await eventually(program.ready)
    assert json.loads((tmp_path / "state.json").read_text())["restarts"] == {"one": 1}


async def test_what_cannot_be_started_for_a_moment_is_tried_again(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr("deploy.demo.supervisor._LONGEST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("deploy.demo.supervisor._note", notes.append)
    place = tmp_path / "place"
    place.mkdir()
    program = replace(a_program(tmp_path, "one"), folder=place)
    await supervisor.start(program, tier=0)
    place.rmdir()
    os.kill(running(tmp_path, "one").pid, signal.SIGKILL)
    await eventually(lambda: any("could not be started" in note for note in notes))
    place.mkdir()
    assert await eventually(program.ready)


async def test_programs_stop_in_reverse_order_of_their_tiers(supervisor: Supervisor, tmp_path: Path) -> None:
    for tier, name in enumerate(("store", "service", "gateway")):
        await supervisor.start(a_program(tmp_path, name), tier=tier)
    await supervisor.stop()
    assert (tmp_path / "ends").read_text().split() == ["gateway", "service", "store"]


async def test_nothing_comes_back_after_a_stop(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(a_program(tmp_path, "one"), tier=0)
    process = running(tmp_path, "one")
    await supervisor.stop()
    assert not process.alive
    state = read_state(tmp_path)
    assert state is not None
    assert state.processes == {}


async def test_a_program_that_ignores_sigterm_is_killed_with_its_children(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (child_port,) = free_ports(1)
    child_server = f'[sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{child_port}"]'
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    server = "\n".join(line for line in _SERVER.splitlines() if not line.startswith("signal"))
    stubborn = f"import signal, subprocess, sys\n{deaf}\nsubprocess.Popen({child_server})\n{server}"
    await supervisor.start(a_program(tmp_path, "stubborn", stubborn, grace=0.2), tier=0)
    child = listens("127.0.0.1", child_port)
    await eventually(child, timeout=20)
    process = running(tmp_path, "stubborn")
    await supervisor.stop()
    assert not process.alive

    async def gone() -> bool:
        return not await child()

    await eventually(gone)


async def test_a_program_that_ends_before_it_is_ready_names_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"broken ended with 3; its log is .*broken\.log"):
        await supervisor.start(a_program(tmp_path, "broken", "raise SystemExit(3)"), tier=0)


async def test_what_a_killed_supervisor_leaves_is_taken_away(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(a_program(tmp_path, "one"), tier=0)
    process = running(tmp_path, "one")
    elsewhere = State(supervisor=Running(pid=process.pid, began=1), processes={"one": process})
    assert take_away_leftovers(elsewhere)
    assert not process.alive


def test_a_stranger_with_a_reused_process_id_is_left_alone() -> None:
    stranger = Running(pid=os.getpid(), began=Running.of(os.getpid()).began + 1)
    state = State(supervisor=stranger, processes={"one": stranger})
    assert not take_away_leftovers(state)
