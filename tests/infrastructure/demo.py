"""The whole demo as a program beside the tests: they see its addresses, its mailbox and its processes, nothing else."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from urllib.parse import quote

import httpx

from deploy.credentials import OPERATOR, SERVICES, load_or_create
from deploy.demo.layout import REPOSITORY, Layout, Replica
from deploy.demo.probes import answers_ok, listens, speaks_amqp
from deploy.demo.state import Running, State, read_state
from tests.infrastructure.memory import in_memory
from tests.infrastructure.ports import free_ports
from tests.waiting import eventually

_START_SECONDS = 300
_PATIENCE_SECONDS = 30
"""Of each request: providers' stand-ins have the processor last."""


class RunningDemo:
    """Where it is and what runs; ``kill`` and ``restart`` are for those who test failures."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.gateway_url = layout.gateway_url
        self.sandbox_url = layout.sandbox_url
        self.mailbox_url = layout.mailbox_url
        self.folder = layout.folder
        self.logs = layout.logs

    @property
    def state(self) -> State:
        state = read_state(self.folder)
        assert state is not None
        return state

    @property
    def logins(self) -> list[tuple[str, str]]:
        """Address and password of each login, as the demo prints them."""
        lines = [line.removeprefix("login ") for line in self.state.announcement if line.startswith("login ")]
        return [(email, password) for email, _, password in (line.partition(" / ") for line in lines)]

    def at_gateway(self, **headers: str) -> httpx.AsyncClient:
        """Whoever asks the gateway, with these headers."""
        return _client(self.gateway_url, headers)

    def at_sandbox(self) -> httpx.AsyncClient:
        """Whoever acts at the providers, and reads what was mailed."""
        return _client(self.sandbox_url, {})

    @property
    def amqp_url(self) -> str:
        """The broker, as its operator reaches it."""
        password = load_or_create(self.folder / "credentials.json").broker[OPERATOR]
        return f"amqp://{OPERATOR}:{quote(password)}@127.0.0.1:{self.layout.amqp_port}/"

    def process(self, name: str) -> Running:
        """The process that runs now as ``name`` (a service's, ``rabbitmq``, ``mongod``, ``sandbox``, ``front``)."""
        return self.state.processes[name]

    def pid(self, name: str) -> int:
        return self.process(name).pid

    def replica(self, name: str) -> Replica:
        """The process of a service that has this name."""
        return next(replica for replica in self.replicas if replica.name == name)

    @property
    def replicas(self) -> list[Replica]:
        """All processes of all services."""
        return [replica for service in SERVICES for replica in self.layout.replicas_of(service)]

    async def kill(self, name: str) -> None:
        """SIGKILL to its whole group; the supervisor starts it again by itself."""
        before = self.process(name)
        os.killpg(before.pid, signal.SIGKILL)
        await eventually(lambda: not before.alive)

    async def restart(self, name: str) -> None:
        """SIGTERM, then wait until its successor is ready."""
        before = self.process(name)
        os.kill(before.pid, signal.SIGTERM)
        await eventually(lambda: self.process(name).pid != before.pid, timeout=60)
        await self.ready(name)

    async def is_up(self, service: str) -> bool:
        """Whether it has come up and takes requests, be its broker away or not."""
        return await answers_ok(f"{self.layout.service_url(service)}/startedz")()

    async def ready(self, name: str, *, timeout: float = 60) -> None:
        """Wait until ``name`` answers."""
        host = "127.0.0.1"
        match name:
            case "rabbitmq":
                question = speaks_amqp(host, self.layout.amqp_port)
            case "mongod":
                question = listens(host, self.layout.mongo_port)
            case "sandbox":
                question = answers_ok(f"{self.sandbox_url}/healthz")
            case _:
                question = answers_ok(f"http://{host}:{self.replica(name).port}/readyz")
        await eventually(question, timeout=timeout, interval=0.1)


def _client(url: str, headers: Mapping[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=_PATIENCE_SECONDS, verify=False, trust_env=False)


@asynccontextmanager
async def start_demo(
    *,
    staff: int = 0,
    environment: Mapping[str, str] | None = None,
    layout: Layout | None = None,
    on_disk: bool = False,
) -> AsyncIterator[RunningDemo]:
    """A demo on free ports; ``environment`` as for ``make demo``. Its logs go to ``artifacts/`` at the end. Who
    measures it has it ``on_disk``, where it lies for its users.
    """
    layout = layout or free_layout()
    output = layout.folder.parent / f"{layout.gateway_port}.log"
    output.parent.mkdir(parents=True, exist_ok=True)
    counts = ",".join(f"{name}={count}" for name, count in layout.replicas.items())
    asked = {"CHOSEI_DEMO_STAFF": str(staff), "CHOSEI_DEMO_REPLICAS": counts, **(environment or {})}
    with nullcontext() if on_disk else in_memory(layout.folder):
        child = await _started(layout, output, asked)
        try:
            await _until_ready(child, layout, output)
            yield RunningDemo(layout)
        finally:
            if child.returncode is None:
                child.terminate()
            await child.wait()
            _keep_logs(layout, output)


async def _started(layout: Layout, output: Path, asked: Mapping[str, str]) -> asyncio.subprocess.Process:
    with output.open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.demo"),
            cwd=REPOSITORY,
            env={
                **os.environ,
                "DETACH": "0",
                "CHOSEI_GATEWAY_PORT": str(layout.gateway_port),
                "CHOSEI_SANDBOX_PORT": str(layout.sandbox_port),
                **asked,
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


async def _until_ready(child: asyncio.subprocess.Process, layout: Layout, output: Path) -> None:
    def ready() -> bool:
        assert child.returncode is None, f"the demo ended:\n{output.read_text(errors='replace')[-3000:]}"
        state = read_state(layout.folder)
        return state is not None and state.ready and state.supervisor.pid == child.pid

    await eventually(ready, timeout=_START_SECONDS, interval=0.1)


def free_layout(replicas: int = 1) -> Layout:
    """Ports for a demo beside all others on this machine, with so many processes of each service."""
    counts = dict.fromkeys(SERVICES, replicas) if replicas > 1 else {}
    while True:
        gateway_port, sandbox_port = free_ports(2)
        layout = Layout(gateway_port, sandbox_port, counts)
        if not layout.taken_ports() and not os.path.lexists(layout.folder):
            return layout


def _keep_logs(layout: Layout, output: Path) -> None:
    kept = REPOSITORY / "artifacts" / "demo" / str(layout.gateway_port)
    shutil.rmtree(kept, ignore_errors=True)
    if layout.logs.exists():
        shutil.copytree(layout.logs, kept)
        shutil.copy(output, kept / "demo.log")
    shutil.rmtree(layout.folder, ignore_errors=True)
    output.unlink(missing_ok=True)
