"""The secrets of one installation: made at random once, kept in one file, read again at later starts."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

SERVICES = ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler", "gateway")
OPERATOR = "operator"


@dataclass(frozen=True)
class Credentials:
    """Passwords by user name, API tokens by caller, key rings by purpose (``kid:base64``)."""

    keyfile: str
    setup_code: str
    broker: dict[str, str]
    database: dict[str, str]
    api_tokens: dict[str, str]
    bus_keys: str
    data_keys: dict[str, str]
    token_keys: str
    session_keys: str


def load_or_create(path: Path) -> Credentials:
    """The credentials in this file, which only its owner may read."""
    if path.exists():
        return Credentials(**json.loads(path.read_text()))
    path.touch(mode=0o600)
    created = _create()
    path.write_text(json.dumps(asdict(created), indent=1))
    return created


def _create() -> Credentials:
    users = (OPERATOR, *SERVICES)
    return Credentials(
        keyfile=base64.b64encode(secrets.token_bytes(512)).decode(),
        setup_code=secrets.token_urlsafe(9),
        broker={name: secrets.token_urlsafe(18) for name in users},
        database={name: secrets.token_urlsafe(18) for name in users},
        api_tokens={name: secrets.token_urlsafe(24) for name in SERVICES},
        bus_keys=_key_ring("bus"),
        data_keys={name: _key_ring(name) for name in SERVICES},
        token_keys=_key_ring("guest"),
        session_keys=_key_ring("session"),
    )


def _key_ring(purpose: str) -> str:
    return f"{purpose}-1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
