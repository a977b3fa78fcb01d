"""Where one demo lives: ports, names and folders follow from the gateway's port, so several run side by side."""

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.credentials import SERVICES

REPOSITORY = Path(__file__).resolve().parents[2]
MONGOD = REPOSITORY / ".local" / "bin" / "mongod"
HOST = "127.0.0.1"

# Blocks of 16 ports below the range that Linux gives to outgoing connections; a prime number of them, so that
# gateway ports a round number apart do not share one.
_FIRST_PORT = 10_200
_BLOCK = 16
_BLOCKS = 1_409
_APART = 101
"""Blocks between those of a service's processes, where there are several."""


@dataclass(frozen=True)
class Replica:
    """One process of a service: its name among the demo's processes, and where it listens."""

    service: str
    name: str
    port: int


@dataclass(frozen=True)
class Layout:
    """Ports, names and folders of one demo. ``replicas`` says how many processes a service has, where not one; they
    have ports of their own, and the service's is that of the front before them.
    """

    gateway_port: int
    sandbox_port: int
    replicas: Mapping[str, int] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return REPOSITORY / ".demo" / str(self.gateway_port)

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def node(self) -> str:
        return f"chosei{self.gateway_port}"

    @property
    def amqp_port(self) -> int:
        return self._port(0)

    @property
    def distribution_port(self) -> int:
        return self._port(1)

    @property
    def epmd_port(self) -> int:
        return self._port(2)

    @property
    def mongo_port(self) -> int:
        return self._port(3)

    @property
    def smtp_port(self) -> int:
        return self._port(4)

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock.json"

    def service_port(self, service: str) -> int:
        return self.gateway_port if service == "gateway" else self._port(5 + SERVICES.index(service))

    def replicas_of(self, service: str) -> list[Replica]:
        """Its processes; the first is called as the service itself."""
        count = self.replicas.get(service, 1)
        if count == 1:
            return [Replica(service, service, self.service_port(service))]
        return [
            Replica(
                service,
                service if number == 1 else f"{service}-{number}",
                self._port(5 + SERVICES.index(service), number),
            )
            for number in range(1, count + 1)
        ]

    @property
    def fronted(self) -> list[str]:
        """Services of several processes."""
        return [service for service in SERVICES if self.replicas.get(service, 1) > 1]

    def service_url(self, service: str) -> str:
        return f"http://{HOST}:{self.service_port(service)}"

    @property
    def gateway_url(self) -> str:
        return self.service_url("gateway")

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.sandbox_port}"

    @property
    def mailbox_url(self) -> str:
        return f"{self.sandbox_url}/mailbox"

    def ports(self) -> Iterator[int]:
        """Every port that the demo listens on."""
        yield from (self.sandbox_port, self.amqp_port, self.distribution_port, self.epmd_port)
        yield from (self.mongo_port, self.smtp_port)
        yield from (self.service_port(service) for service in SERVICES)
        yield from (replica.port for service in self.fronted for replica in self.replicas_of(service))

    def taken_ports(self) -> list[int]:
        """Those of its ports on which somebody else listens already."""
        return [port for port in self.ports() if not _is_free(port)]

    def _port(self, index: int, replica: int = 0) -> int:
        block = (self.gateway_port + replica * _APART) % _BLOCKS
        start = _FIRST_PORT + block * _BLOCK
        if any(start <= port < start + _BLOCK for port in (self.gateway_port, self.sandbox_port)):
            start = _FIRST_PORT + (block + 7) % _BLOCKS * _BLOCK
        return start + index


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
