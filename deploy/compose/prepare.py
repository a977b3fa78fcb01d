"""Makes the secrets once and lays each container's share into a volume of its own: nobody can read another's.

Runs as root with all these volumes below ``/secrets``; doing it again changes nothing that is in use.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from deploy.backup.addresses import addresses
from deploy.compose.surroundings import AROUND, MANAGEMENT
from deploy.credentials import OPERATOR, SERVICES, Credentials, load_or_create
from deploy.demo.accounts import LOGINS
from deploy.rabbitmq.definitions import definitions
from deploy.service_settings import lines_of, settings_of

_ROOT = Path("/secrets")
_CHOSEI = 10001
# The user of the official images of RabbitMQ and MongoDB.
_STORES = 999


@dataclass(frozen=True)
class Share:
    """A file for one container and the user who may read it."""

    volume: str
    name: str
    text: str
    reader: int

    def write(self, root: Path) -> None:
        path = root / self.volume / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.touch(mode=0o400)
        os.chmod(path, 0o600)
        path.write_text(self.text)
        os.chown(path, self.reader, self.reader)
        os.chmod(path, 0o400)


def shares(credentials: Credentials) -> list[Share]:
    """Every file that a container finds at its start."""
    broker = definitions(
        {service: credentials.broker[service] for service in SERVICES},
        operator=(OPERATOR, credentials.broker[OPERATOR]),
    )
    people = {"accounts": [account.for_sandbox() for account in LOGINS]}
    return [
        Share("rabbitmq", "definitions.json", json.dumps(broker), _STORES),
        Share("mongodb", "keyfile", credentials.keyfile, _STORES),
        Share("mongodb", "administrator-password", credentials.database[OPERATOR], _STORES),
        Share("mongodb-setup", "passwords.json", json.dumps(credentials.database), _CHOSEI),
        Share("sandbox", "people.json", json.dumps(people), _CHOSEI),
        Share("seed", "setup-code", credentials.setup_code, _CHOSEI),
        Share("backup", "settings", lines_of(addresses(AROUND, credentials, management=MANAGEMENT)), _CHOSEI),
        *(
            Share(service, "settings", lines_of(settings_of(service, AROUND, credentials)), _CHOSEI)
            for service in SERVICES
        ),
    ]


def main(root: Path = _ROOT) -> None:
    (root / "all").mkdir(parents=True, exist_ok=True)
    for share in shares(load_or_create(root / "all" / "credentials.json")):
        share.write(root)
    for writable in ("clock", "backups"):
        (root / writable).mkdir(exist_ok=True)
        os.chown(root / writable, _CHOSEI, _CHOSEI)


if __name__ == "__main__":
    main()
