"""One demo from its first file to its last process: prepares its folder, starts everything at once, seeds it."""

import asyncio
import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime

from deploy.credentials import OPERATOR, SERVICES, Credentials, load_or_create
from deploy.demo.accounts import LOGINS, more_staff
from deploy.demo.layout import HOST, MONGOD, REPOSITORY, Layout
from deploy.demo.mongodb import REPLICA_SET, MongoDB
from deploy.demo.options import Options
from deploy.demo.processes import Program
from deploy.demo.programs import front_program, sandbox_program, service_program, shares_of_limits
from deploy.demo.rabbitmq import RabbitMQ
from deploy.demo.state import Running, State, read_state
from deploy.demo.stopping import take_away_leftovers
from deploy.demo.supervisor import Supervisor
from deploy.rabbitmq.definitions import definitions
from deploy.service_settings import StandIns, Surroundings, sandbox_settings, settings_of

# Tiers stop in reverse: first who takes requests, last what keeps the data.
_PORT_MAPPER, _STORES, _SANDBOX, _BEHIND, _GATEWAY, _FRONT = range(6)


class CannotStart(Exception):
    """Something is in the way that the caller must clear."""


class Demo:
    """Everything of one start; ``state`` is what its folder tells others."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._layout = options.layout
        self._fresh = self._prepare_folder()
        self._credentials = load_or_create(self._layout.folder / "credentials.json")
        self._accounts = [*LOGINS, *more_staff(options.staff)]
        self.state = State(supervisor=Running.of(os.getpid()))
        self.state.write(self._layout.folder)
        self._supervisor = Supervisor(self._layout.folder, self.state)
        self._mongod = self._prepare_mongod(self._credentials)
        self._rabbitmq = self._prepare_rabbitmq(self._credentials)

    async def start(self) -> None:
        """Bring everything up side by side and return when all of it is ready and seeded."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._start_broker())
            group.create_task(self._start_database())
            for program, tier in self._python_programs():
                group.create_task(self._supervisor.start(program, tier=tier))
        if self._fresh and self._options.seed:
            await self._seed()
        (self._layout.folder / "seeded").touch()
        self.state.announcement = self._announcement()
        self.state.ready = True
        self.state.write(self._layout.folder)

    async def stop(self) -> None:
        await self._supervisor.stop()

    def _prepare_folder(self) -> bool:
        """Make or clear the folder; True when there is nothing in it to go on from."""
        folder = self._layout.folder
        before = read_state(folder)
        if before is not None:
            if before.supervisor.alive:
                raise CannotStart(f"a demo runs on port {self._layout.gateway_port} already: make demo-stop")
            take_away_leftovers(before)
        taken = self._layout.taken_ports()
        if taken:
            raise CannotStart(f"in use on 127.0.0.1: port {', '.join(map(str, taken))}")
        kept = self._options.keep and (folder / "seeded").exists()
        if not kept:
            _clear(self._options)
        self._layout.logs.mkdir(parents=True, exist_ok=True)
        return not kept

    def _prepare_mongod(self, credentials: Credentials) -> MongoDB:
        mongod = MongoDB(
            binary=MONGOD,
            folder=self._layout.folder / "mongodb",
            logs=self._layout.logs,
            port=self._layout.mongo_port,
            administrator=(OPERATOR, credentials.database[OPERATOR]),
        )
        mongod.prepare(credentials.keyfile)
        return mongod

    def _prepare_rabbitmq(self, credentials: Credentials) -> RabbitMQ:
        rabbitmq = RabbitMQ(
            folder=self._layout.folder / "rabbitmq",
            logs=self._layout.logs,
            node=self._layout.node,
            port=self._layout.amqp_port,
            distribution_port=self._layout.distribution_port,
            epmd_port=self._layout.epmd_port,
        )
        services = {name: credentials.broker[name] for name in SERVICES}
        rabbitmq.prepare(definitions(services, operator=(OPERATOR, credentials.broker[OPERATOR])))
        return rabbitmq

    async def _start_broker(self) -> None:
        mapper, server = self._rabbitmq.programs()
        await self._supervisor.start(mapper, tier=_PORT_MAPPER)
        await self._supervisor.start(server, tier=_STORES)

    async def _start_database(self) -> None:
        await self._supervisor.start(self._mongod.program(), tier=_STORES)
        await self._mongod.set_up({name: self._credentials.database[name] for name in SERVICES})

    def _python_programs(self) -> list[tuple[Program, int]]:
        around = surroundings(self._layout, amqp_port=self._options.amqp_port, mongo_port=self._options.mongo_port)
        programs = [(self._sandbox(), _SANDBOX)]
        for service in SERVICES:
            replicas = self._layout.replicas_of(service)
            settings = settings_of(service, around, self._credentials)
            if service == "calendar_sync":
                settings |= shares_of_limits(len(replicas))
            settings |= self._options.for_one.get(service, {})
            programs += [(service_program(each, self._layout.logs, settings), _tier(service)) for each in replicas]
        if self._layout.fronted:
            programs.append((front_program(self._layout), _FRONT))
        everywhere = dict(self._options.for_all)
        return [(replace(each, environment={**each.environment, **everywhere}), tier) for each, tier in programs]

    def _sandbox(self) -> Program:
        seed = self._layout.folder / "sandbox-seed.json"
        known = [account.for_sandbox() for account in self._accounts]
        seed.write_text(json.dumps({"accounts": known}, ensure_ascii=False, indent=1))
        return sandbox_program(
            port=self._layout.sandbox_port,
            smtp_port=self._layout.smtp_port,
            seed=seed,
            clock_file=self._layout.clock_file,
            logs=self._layout.logs,
            extra={
                "CHOSEI_SANDBOX_STATE_FILE": str(self._layout.folder / "sandbox-state.json"),
                **sandbox_settings(self._layout.gateway_url),
                **self._options.for_the_sandbox,
            },
        )

    async def _seed(self) -> None:
        # Only the seed needs an HTTP client, whose import would delay the first process.
        from deploy.demo.seed import Seeder

        seeder = Seeder(self._layout.gateway_url, self._layout.sandbox_url, self._credentials.setup_code)
        await seeder.fill(more_staff(self._options.staff), datetime.now(UTC))

    def _announcement(self) -> list[str]:
        lines = [
            f"gateway {self._layout.gateway_url}",
            f"sandbox {self._layout.sandbox_url}",
            f"mailbox {self._layout.mailbox_url}",
            f"logs {self._layout.logs}",
        ]
        if self._options.seed or not self._fresh:
            lines += [f"login {account.email} / {account.password}" for account in LOGINS]
        else:
            lines.append(f"setup {self._layout.gateway_url}/setup with the code {self._credentials.setup_code}")
        return [*lines, "ready"]


def surroundings(layout: Layout, *, amqp_port: int = 0, mongo_port: int = 0) -> Surroundings:
    """Where the services of this demo find everything: on loopback, broker and database by other ports where asked."""
    return Surroundings(
        public_url=layout.gateway_url,
        service_urls={service: layout.service_url(service) for service in SERVICES},
        listen_host=HOST,
        listen_ports={service: layout.service_port(service) for service in SERVICES},
        amqp_address=f"{HOST}:{amqp_port or layout.amqp_port}",
        mongo_address=f"{HOST}:{mongo_port or layout.mongo_port}",
        mongo_directly=bool(mongo_port),
        replica_set=REPLICA_SET,
        static_folder=str(REPOSITORY / "services" / "gateway" / "static"),
        stand_ins=StandIns(
            url=layout.sandbox_url,
            smtp_host=HOST,
            smtp_port=layout.smtp_port,
            clock_file=str(layout.clock_file),
        ),
        webhook_networks="127.0.0.0/8,::1/128",
    )


def _tier(service: str) -> int:
    return _GATEWAY if service == "gateway" else _BEHIND


def _clear(options: Options) -> None:
    """Empty the folder."""
    folder = options.layout.folder
    if not folder.exists():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
