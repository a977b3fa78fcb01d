"""``python -m deploy.kubernetes.prepare CREDENTIALS INSTALLATION | kubectl apply -f -``: one Secret for each service.

Makes the credentials in their file at the first run and keeps them; the other file is TOML (installation.example.toml).
"""

import json
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.backup.addresses import addresses
from deploy.credentials import OPERATOR, SERVICES, Credentials, load_or_create
from deploy.rabbitmq.definitions import definitions
from deploy.service_settings import Surroundings, lines_of, settings_of

NAMESPACE = "chosei"
_PORT = 8000
_MONGODB = "mongodb"
"""The replica set's name as well: MongoDB's operator gives it the resource's."""


@dataclass(frozen=True)
class Installation:
    """What differs between clusters. ``settings`` are by service, on top of what is made here."""

    public_url: str
    mongodb_members: int = 3
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def surroundings(self) -> Surroundings:
        members = (f"{_MONGODB}-{number}.{_MONGODB}-svc:27017" for number in range(self.mongodb_members))
        return Surroundings(
            public_url=self.public_url,
            service_urls={service: f"http://{name_of(service)}:{_PORT}" for service in SERVICES},
            listen_host="0.0.0.0",
            listen_ports=dict.fromkeys(SERVICES, _PORT),
            amqp_address="rabbitmq:5672",
            mongo_address=",".join(members),
            replica_set=_MONGODB,
            static_folder="/app/services/gateway/static",
        )


def name_of(service: str) -> str:
    """What the service is called where names have no underscores."""
    return service.replace("_", "-")


def secrets(credentials: Credentials, installation: Installation) -> list[dict[str, Any]]:
    """A service's own has its settings and, for the autoscaler, the address of its queues."""
    broker = definitions(
        {service: credentials.broker[service] for service in SERVICES},
        operator=(OPERATOR, credentials.broker[OPERATOR]),
    )
    around = installation.surroundings
    own = [
        _secret(
            name_of(service),
            {
                "settings": lines_of(_settings(service, installation, credentials)),
                "amqp-url": f"amqp://{service}:{quote(credentials.broker[service])}@{_in_full(around.amqp_address)}/",
            },
        )
        for service in SERVICES
    ]
    users = [
        _secret(f"{_MONGODB}-{name_of(user)}", {"password": credentials.database[user]})
        for user in (OPERATOR, *SERVICES)
    ]
    stores = addresses(around, credentials, management="rabbitmq:15672")
    return [
        *own,
        *users,
        _secret("rabbitmq", {"definitions.json": json.dumps(broker)}),
        _secret("backup", {"settings": lines_of(stores)}),
    ]


def _settings(service: str, installation: Installation, credentials: Credentials) -> dict[str, str]:
    made = settings_of(service, installation.surroundings, credentials)
    return made | dict(installation.settings.get(service, {}))


def _in_full(address: str) -> str:
    """As the autoscaler asks for it, from another namespace."""
    host, _, port = address.partition(":")
    return f"{host}.{NAMESPACE}.svc:{port}"


def _secret(name: str, texts: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"chosei-{name}", "namespace": NAMESPACE},
        "stringData": texts,
    }


def main(credentials: Path, installation: Path) -> None:
    told = Installation(**tomllib.loads(installation.read_text("utf-8")))
    if unknown := told.settings.keys() - set(SERVICES):
        raise SystemExit(f"no such service: {', '.join(sorted(unknown))}")
    made = secrets(load_or_create(credentials), told)
    json.dump({"apiVersion": "v1", "kind": "List", "items": made}, sys.stdout, indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
