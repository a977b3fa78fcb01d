"""The sandbox and the six services as programs of the demo."""

import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.demo.layout import HOST, REPOSITORY, Layout
from deploy.demo.probes import answers_ok
from deploy.demo.processes import Program

_ANSWERING = ("gateway", "booking")
"""Somebody waits for these; the others work behind."""
_BEHIND = 10


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


def service_program(service: str, layout: Layout, settings: Mapping[str, str]) -> Program:
    """``python -m services.<service>``, ready when its ``/readyz`` says so."""
    return Program(
        name=service,
        command=(sys.executable, "-m", f"services.{service}"),
        folder=REPOSITORY,
        log=layout.logs / f"{service}.log",
        ready=answers_ok(f"{layout.service_url(service)}/readyz"),
        environment=settings,
        grace_seconds=20,
        niceness=0 if service in _ANSWERING else _BEHIND,
    )
