"""A private RabbitMQ as an ordinary user's process: loopback only, its own node name, its own epmd."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.broker_home import make_home
from deploy.demo.probes import listens, speaks_amqp
from deploy.demo.processes import Program

_LOOPBACK = "127.0.0.1"
# Schedulers that do not spin while idle leave the processor to the services; the cookie's node stays on loopback.
_VM_ARGUMENTS = "+P 1048576 +t 5000000 +stbt db +zdbbl 32000 +sbwt none +sbwtdcpu none +sbwtdio none"
_DISTRIBUTION = "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false"


@dataclass(frozen=True, kw_only=True)
class RabbitMQ:
    """Where one broker lives. ``plugins`` stay few: each one costs start time."""

    folder: Path
    logs: Path
    node: str
    port: int
    distribution_port: int
    epmd_port: int
    plugins: Sequence[str] = ()
    settings: Sequence[str] = ()

    def prepare(self, definitions: dict[str, list[dict[str, object]]]) -> None:
        """Write the configuration; an existing database is kept and gets the definitions again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        make_home(self._home, self.plugins)
        (self.folder / "definitions.json").write_text(json.dumps(definitions, indent=1))
        (self.folder / "definitions.json").chmod(0o600)
        (self.folder / "enabled_plugins").write_text(f"[{','.join(self.plugins)}].\n")
        (self.folder / "rabbitmq.conf").write_text(
            "\n".join(
                (
                    f"listeners.tcp.1 = {_LOOPBACK}:{self.port}",
                    f"load_definitions = {self.folder / 'definitions.json'}",
                    "log.console = true",
                    "log.console.level = info",
                    "log.file = false",
                    "vm_memory_high_watermark.relative = 0.4",
                    "disk_free_limit.absolute = 100MB",
                    *self.settings,
                    "",
                )
            )
        )

    @property
    def _home(self) -> Path:
        return self.folder / "home"

    def programs(self) -> tuple[Program, Program]:
        """The port mapper and the broker, in the order in which they start."""
        return self._epmd(), self._server()

    def _epmd(self) -> Program:
        return Program(
            name="epmd",
            command=("epmd", "-port", str(self.epmd_port), "-address", _LOOPBACK),
            folder=self.folder,
            log=self.logs / "epmd.log",
            ready=listens(_LOOPBACK, self.epmd_port),
            environment={},
            grace_seconds=2,
        )

    def _server(self) -> Program:
        return Program(
            name="rabbitmq",
            command=(str(self._home / "sbin" / "rabbitmq-server"),),
            folder=self.folder,
            log=self.logs / "rabbitmq.log",
            ready=speaks_amqp(_LOOPBACK, self.port),
            environment=self._environment(),
            grace_seconds=20,
        )

    def _environment(self) -> dict[str, str]:
        at = self.folder
        return {
            "HOME": str(at),
            "RABBITMQ_SCRIPTS_DIR": str(self._home / "sbin"),
            "RABBITMQ_NODENAME": f"{self.node}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": _LOOPBACK,
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_MNESIA_BASE": str(at / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.logs),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(at / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(at / "rabbitmq"),
            "RABBITMQ_SCHEMA_DIR": str(at / "schema"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(at / "generated"),
            "RABBITMQ_PID_FILE": str(at / "rabbitmq.pid"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ERL_ARGS": _VM_ARGUMENTS,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _DISTRIBUTION,
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": _LOOPBACK,
        }
