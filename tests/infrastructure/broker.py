"""A RabbitMQ for the session, and virtual hosts of their own for single tests."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aio_pika
import httpx

from deploy.credentials import SERVICES
from deploy.demo.probes import answers_ok
from deploy.demo.processes import Process
from deploy.demo.rabbitmq import RabbitMQ
from deploy.rabbitmq.definitions import definitions
from shared.messaging.topology import LADDER, Rung
from tests.infrastructure.kept import Kept
from tests.infrastructure.memory import in_memory
from tests.infrastructure.ports import free_ports
from tests.waiting import eventually

OPERATOR = "operator"
QUICK_LADDER = tuple(Rung(rung.name, 200 * step) for step, rung in enumerate(LADDER, 1))


@dataclass(frozen=True)
class Broker:
    """One virtual host: the exchange and the ladder are there, the services' queues are not."""

    port: int
    management_port: int
    metrics_port: int
    vhost: str
    passwords: Mapping[str, str]

    def url(self, user: str = OPERATOR) -> str:
        """The AMQP address for a service (with that service's rights) or for the operator, who may do everything."""
        return f"amqp://{user}:{self.passwords[user]}@127.0.0.1:{self.port}/{quote(self.vhost, safe='')}"

    async def depth(self, queue: str) -> int:
        """How many messages lie ready in the queue; raises where it does not exist."""
        connection = await aio_pika.connect(self.url())
        async with connection, connection.channel() as channel:
            declared = await channel.declare_queue(queue, passive=True)
            return declared.declaration_result.message_count or 0

    async def consumers(self, queue: str) -> int:
        """How many consume the queue; raises where it does not exist."""
        connection = await aio_pika.connect(self.url())
        async with connection, connection.channel() as channel:
            declared = await channel.declare_queue(queue, passive=True)
            return declared.declaration_result.consumer_count or 0

    async def queues(self) -> dict[str, dict[str, object]]:
        """The arguments of every queue, by name."""
        found = await self._manage("GET", f"queues/{quote(self.vhost, safe='')}")
        return {queue["name"]: queue["arguments"] for queue in found.json()}

    async def emptied(self) -> bool:
        """Take away all messages, whoever left them; whether nobody consumes here any more and none waited on the
        ladder, from which one may be on its way. Each queue does this after what its closed connections gave back.
        """
        where = f"queues/{quote(self.vhost, safe='')}?disable_stats=true"
        names = [queue["name"] for queue in (await self._manage("GET", where)).json() if queue["durable"]]
        connection = await aio_pika.connect(self.url())
        consumers = waited = 0
        async with connection, connection.channel() as channel:
            for name in sorted(names, key=lambda name: not name.startswith("retry.")):
                queue = await channel.declare_queue(name, passive=True)
                consumers += queue.declaration_result.consumer_count or 0
                purged = await queue.purge()
                waited += purged.message_count or 0 if name.startswith("retry.") else 0
        return not consumers and not waited

    async def close_connections(self, user: str = "") -> None:
        """Cut every connection of this virtual host, or those of one user, as a failing network would."""
        for connection in (await self._manage("GET", "connections")).json():
            if connection.get("vhost") == self.vhost and user in ("", connection.get("user")):
                await self._manage("DELETE", f"connections/{quote(connection['name'], safe='')}")

    async def add_user(self, name: str, password: str, *, configure: str, write: str, read: str) -> str:
        """Somebody from outside, who may publish no event; answers their AMQP address."""
        vhost = quote(self.vhost, safe="")
        await self._manage("PUT", f"users/{name}", {"password": password, "tags": ""})
        rights = {"configure": configure, "write": write, "read": read}
        await self._manage("PUT", f"permissions/{vhost}/{name}", rights)
        of_topics = {"exchange": "chosei.events", "write": "^$", "read": ".*"}
        await self._manage("PUT", f"topic-permissions/{vhost}/{name}", of_topics)
        return f"amqp://{name}:{password}@127.0.0.1:{self.port}/{vhost}"

    async def metrics(self, *families: str) -> str:
        """What Prometheus reads of these families, queue by queue."""
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.metrics_port}", verify=False, trust_env=False
        ) as client:
            query = {"family": families, "vhost": self.vhost}
            return (await client.get("/metrics/detailed", params=query)).raise_for_status().text

    async def create(self, ladder: Sequence[Rung]) -> None:
        """Make the virtual host with the users' rights, the exchange and the ladder."""
        everything = definitions(
            {name: self.passwords[name] for name in SERVICES},
            operator=(OPERATOR, self.passwords[OPERATOR]),
            vhost=self.vhost,
            ladder=ladder,
        )
        del everything["users"]
        await self._manage("POST", "definitions", everything)

    async def delete(self) -> None:
        """Take the virtual host away with all that is in it."""
        await self._manage("DELETE", f"vhosts/{quote(self.vhost, safe='')}")

    async def _manage(self, method: str, path: str, body: object = None) -> httpx.Response:
        login = (OPERATOR, self.passwords[OPERATOR])
        base = f"http://127.0.0.1:{self.management_port}/api/"
        async with httpx.AsyncClient(base_url=base, auth=login, verify=False, trust_env=False, timeout=30) as client:
            return (await client.request(method, path, json=body)).raise_for_status()


@asynccontextmanager
async def running_rabbitmq(folder: Path) -> AsyncIterator[Broker]:
    """A broker with its management interface and metrics, killed at the end: its data is thrown away."""
    port, distribution, epmd, management, measuring = free_ports(5)
    passwords = {name: secrets.token_urlsafe(12) for name in (OPERATOR, *SERVICES)}
    rabbitmq = RabbitMQ(
        folder=folder,
        logs=folder,
        node=f"test{port}",
        port=port,
        distribution_port=distribution,
        epmd_port=epmd,
        plugins=("rabbitmq_management", "rabbitmq_prometheus"),
        settings=(
            "management.tcp.ip = 127.0.0.1",
            f"management.tcp.port = {management}",
            "prometheus.tcp.ip = 127.0.0.1",
            f"prometheus.tcp.port = {measuring}",
            "collect_statistics_interval = 500",
        ),
    )
    services = {name: passwords[name] for name in SERVICES}
    started: list[Process] = []
    with in_memory(folder / "mnesia"):
        rabbitmq.prepare(definitions(services, operator=(OPERATOR, passwords[OPERATOR])))
        try:
            for program in rabbitmq.programs():
                started.append(await Process.start(program))
                await started[-1].until_ready()
            await eventually(answers_ok(f"http://127.0.0.1:{management}/"), timeout=30)
            yield Broker(port, management, measuring, "/", passwords)
        finally:
            for process in reversed(started):
                process.kill()
                await process.until_ended()


async def new_vhost(session: Broker, ladder: Sequence[Rung]) -> Broker:
    """A virtual host that nothing has used."""
    name = f"test-{secrets.token_hex(6)}"
    broker = Broker(session.port, session.management_port, session.metrics_port, name, session.passwords)
    await broker.create(ladder)
    return broker


def kept_vhosts(session: Broker) -> Kept[Broker]:
    """Virtual hosts with the real ladder, and the queues that were declared there."""
    return Kept(lambda: new_vhost(session, LADDER), Broker.emptied, Broker.delete)


@asynccontextmanager
async def own_vhost(session: Broker, ladder: Sequence[Rung]) -> AsyncIterator[Broker]:
    """The same, deleted afterwards."""
    broker = await new_vhost(session, ladder)
    try:
        yield broker
    finally:
        await broker.delete()
