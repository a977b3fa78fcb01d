"""The sandbox, the six services and what stands before several of one, as programs of the demo."""

import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.demo.layout import HOST, REPOSITORY, Layout, Replica
from deploy.demo.probes import answers_ok, listens
from deploy.demo.processes import Program

_ANSWERING = ("gateway", "booking")
"""Somebody waits for these; the others work behind."""
_BEHIND = 10
_OF_A_MAILBOX = {
    "CHOSEI_GOOGLE_CONCURRENCY": 8,
    "CHOSEI_GOOGLE_PER_MINUTE": 540,
    "CHOSEI_MICROSOFT_CONCURRENCY": 4,
    "CHOSEI_MICROSOFT_PER_TEN_MINUTES": 9_000,
}


def sandbox_program(
    *, port: int, smtp_port: int, seed: Path, clock_file: Path, logs: Path, extra: Mapping[str, str]
) -> Program:
    """The stand-ins for the providers and the mail server."""
    return Program(
        name="sandbox",
        command=(sys.executable, "-m", "deploy.sandbox"),
        folder=REPOSITORY,
        log=logs / "sandbox.log",
        ready=answers_ok(f"http://{HOST}:{port}/healthz"),
        environment={
            "CHOSEI_SANDBOX_HOST": HOST,
            "CHOSEI_SANDBOX_PORT": str(port),
            "CHOSEI_SANDBOX_SMTP_PORT": str(smtp_port),
            "CHOSEI_SANDBOX_SEED": str(seed),
            "CHOSEI_CLOCK_FILE": str(clock_file),
            **extra,
        },
        grace_seconds=5,
        niceness=_BEHIND,
    )


def service_program(replica: Replica, logs: Path, settings: Mapping[str, str]) -> Program:
    """``python -m services.<service>``, ready when its ``/readyz`` says so."""
    return Program(
        name=replica.name,
        command=(sys.executable, "-m", f"services.{replica.service}"),
        folder=REPOSITORY,
        log=logs / f"{replica.name}.log",
        ready=answers_ok(f"http://{HOST}:{replica.port}/readyz"),
        environment={**settings, "CHOSEI_PORT": str(replica.port)},
        grace_seconds=20,
        niceness=0 if replica.service in _ANSWERING else _BEHIND,
    )


def front_program(layout: Layout) -> Program:
    """The addresses of those services that have several processes."""
    ways = {service: [replica.port for replica in layout.replicas_of(service)] for service in layout.fronted}
    return Program(
        name="front",
        command=(
            *(sys.executable, "-m", "deploy.demo.front"),
            *(f"{layout.service_port(service)}={','.join(map(str, ports))}" for service, ports in ways.items()),
        ),
        folder=REPOSITORY,
        log=layout.logs / "front.log",
        ready=listens(HOST, layout.service_port(layout.fronted[-1])),
        environment={},
        grace_seconds=5,
    )


def shares_of_limits(count: int) -> dict[str, str]:
    """For one of so many processes of calendar_sync: providers count per mailbox, whoever asks."""
    return {name: str(limit // count) for name, limit in _OF_A_MAILBOX.items()} if count > 1 else {}
