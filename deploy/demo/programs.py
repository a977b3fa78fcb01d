"""The sandbox and the six services as programs: which settings each gets, and nothing it does not need."""

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from deploy.demo.credentials import Credentials
from deploy.demo.layout import HOST, REPOSITORY, SERVICES, Layout
from deploy.demo.mongodb import MongoDB
from deploy.demo.probes import answers_ok
from deploy.demo.processes import Program

STATIC = REPOSITORY / "services" / "gateway" / "static"
# Whom each service asks over HTTP: it gets their addresses, and they accept its token.
_ASKS: Mapping[str, tuple[str, ...]] = {
    "gateway": ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler"),
    "booking": ("calendar_sync",),
    "reminder_scheduler": ("booking",),
}


def sandbox_program(
    *, port: int, smtp_port: int, seed: Path, clock_file: Path, logs: Path, extra: Mapping[str, str] = {}
) -> Program:
    """The stand-ins for the providers and the mail server."""
    return Program(
        name="sandbox",
        command=(sys.executable, "-m", "deploy.sandbox"),
        folder=REPOSITORY,
        log=logs / "sandbox.log",
        ready=answers_ok(f"http://{HOST}:{port}/inspect/calls"),
        environment={
            "CHOSEI_SANDBOX_HOST": HOST,
            "CHOSEI_SANDBOX_PORT": str(port),
            "CHOSEI_SANDBOX_SMTP_PORT": str(smtp_port),
            "CHOSEI_SANDBOX_SEED": str(seed),
            "CHOSEI_CLOCK_FILE": str(clock_file),
            **extra,
        },
        grace_seconds=5,
    )


class ServicePrograms:
    """Makes each service's program out of one demo's layout and credentials."""

    def __init__(self, layout: Layout, credentials: Credentials, mongod: MongoDB, clock_file: Path) -> None:
        self._layout = layout
        self._credentials = credentials
        self._mongod = mongod
        self._clock_file = clock_file

    def program(self, service: str) -> Program:
        """``python -m services.<service>``, ready when its ``/readyz`` says so."""
        return Program(
            name=service,
            command=(sys.executable, "-m", f"services.{service}"),
            folder=REPOSITORY,
            log=self._layout.logs / f"{service}.log",
            ready=answers_ok(f"{self._layout.service_url(service)}/readyz"),
            environment=self._common(service) | self._neighbours(service) | self._own(service),
            grace_seconds=20,
        )

    def _common(self, service: str) -> dict[str, str]:
        secrets = self._credentials
        return {
            "CHOSEI_HOST": HOST,
            "CHOSEI_PORT": str(self._layout.service_port(service)),
            "CHOSEI_AMQP_URL": f"amqp://{service}:{quote(secrets.broker[service])}@{HOST}:{self._layout.amqp_port}/",
            "CHOSEI_MONGO_URL": self._mongod.url(service, service, secrets.database[service]),
            "CHOSEI_CLOCK_FILE": str(self._clock_file),
            "CHOSEI_PUBLIC_URL": self._layout.gateway_url,
            "CHOSEI_BUS_KEYS": secrets.bus_keys,
            "CHOSEI_DATA_KEYS": secrets.data_keys[service],
            "CHOSEI_LOG_LEVEL": "INFO",
        }

    def _neighbours(self, service: str) -> dict[str, str]:
        tokens = self._credentials.api_tokens
        callers = [caller for caller, asked in _ASKS.items() if service in asked]
        settings = {"CHOSEI_API_TOKENS": ",".join(f"{caller}:{tokens[caller]}" for caller in callers)}
        for asked in _ASKS.get(service, ()):
            settings[f"CHOSEI_{asked.upper()}_URL"] = self._layout.service_url(asked)
            settings[f"CHOSEI_{asked.upper()}_TOKEN"] = tokens[service]
        return settings

    def _own(self, service: str) -> dict[str, str]:
        sandbox, secrets = self._layout.sandbox_url, self._credentials
        match service:
            case "gateway":
                return {
                    "CHOSEI_SESSION_KEYS": secrets.session_keys,
                    "CHOSEI_SETUP_CODE": secrets.setup_code,
                    "CHOSEI_STATIC_DIR": str(STATIC),
                }
            case "booking":
                return {"CHOSEI_TOKEN_KEYS": secrets.token_keys}
            case "zoom_issuer":
                return _zoom(sandbox)
            case "calendar_sync":
                return _google(sandbox) | _microsoft(sandbox)
            case "notifier":
                return {
                    "CHOSEI_SMTP_HOST": HOST,
                    "CHOSEI_SMTP_PORT": str(self._layout.smtp_port),
                    "CHOSEI_SMTP_STARTTLS": "false",
                    "CHOSEI_MAIL_FROM": "noreply@example.jp",
                }
            case _:
                return {}


def _zoom(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_ZOOM_CLIENT_ID": "demo-zoom-client",
        "CHOSEI_ZOOM_CLIENT_SECRET": "demo-zoom-secret",
        "CHOSEI_ZOOM_OAUTH_URL": f"{sandbox}/zoom/oauth",
        "CHOSEI_ZOOM_API_URL": f"{sandbox}/zoom/v2",
    }


def _google(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_GOOGLE_CLIENT_ID": "demo-google-client",
        "CHOSEI_GOOGLE_CLIENT_SECRET": "demo-google-secret",
        "CHOSEI_GOOGLE_AUTHORIZE_URL": f"{sandbox}/google/o/oauth2/v2/auth",
        "CHOSEI_GOOGLE_OAUTH_URL": f"{sandbox}/google",
        "CHOSEI_GOOGLE_API_URL": f"{sandbox}/google/calendar/v3",
    }


def _microsoft(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_MICROSOFT_CLIENT_ID": "demo-microsoft-client",
        "CHOSEI_MICROSOFT_CLIENT_SECRET": "demo-microsoft-secret",
        "CHOSEI_MICROSOFT_LOGIN_URL": f"{sandbox}/microsoft",
        "CHOSEI_MICROSOFT_TENANT": "common",
        "CHOSEI_MICROSOFT_API_URL": f"{sandbox}/microsoft/v1.0",
    }


def all_programs(programs: ServicePrograms) -> list[Program]:
    """The six, the gateway last: it is the first to be stopped."""
    return [programs.program(service) for service in SERVICES]
