"""notifier on the real broker and database, with a mail server in this process that can be told to fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import aio_pika
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI

from services.notifier.app import build_app
from services.notifier.settings import Settings
from shared.contracts.envelope import CONTENT_TYPE, CloudEvent
from shared.ids import new_id
from tests.infrastructure.broker import Broker
from tests.infrastructure.database import opened_database
from tests.infrastructure.service import running_service
from tests.unit.notifier.builders import ADMIN, BUS_KEYS, DATA_KEYS, TARO, organization_changed, staff_changed

PLAIN_TIMES = {"retry_first": timedelta(milliseconds=100), "retry_most": timedelta(milliseconds=400)}


@dataclass(frozen=True)
class Taken:
    """One message that the server took, for all recipients of its envelope."""

    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@dataclass
class PostOffice:
    """aiosmtpd's hooks. ``replies`` are used up at DATA, ``refused`` at RCPT; ``lose`` drops the connection after
    the message was taken.
    """

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    lose: int = 0
    connections: int = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.replies:
            return self.replies.pop(0)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.taken.append(Taken(tuple(envelope.rcpt_tos), content))
        if self.lose:
            self.lose -= 1
            server.transport.abort()
            await asyncio.Event().wait()
        return "250 OK"

    def to(self, address: str) -> list[Taken]:
        return [taken for taken in self.taken if address in taken.recipients]


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        office.connections += 1
        return SMTP(office, hostname="post.example", loop=loop)

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    yield office
    server.close()


@dataclass
class Notifier:
    """A running service, and the bus as others see it."""

    app: FastAPI
    settings: Settings
    channel: Any
    exchange: Any
    said: list[dict[str, Any]]
    database: Any

    async def hear(self, *events: CloudEvent[Any]) -> None:
        for event in events:
            message = aio_pika.Message(event.to_wire(), content_type=CONTENT_TYPE, message_id=new_id("msg"))
            await self.exchange.publish(message, routing_key=event.routing_key)

    async def matter(self, about: str) -> dict[str, Any]:
        return await self.database["matters"].find_one({"_id": about}) or {}

    def statements(self, kind: str) -> list[dict[str, Any]]:
        return [event["data"] for event in self.said if event["type"] == f"chosei.notifier.{kind}.v1"]


NewNotifier = Callable[..., Awaitable[Notifier]]


@asynccontextmanager
async def running(
    database_url: str, broker: Broker, post_office: PostOffice, **changes: Any
) -> AsyncIterator[Notifier]:
    settings = Settings(
        amqp_url=broker.url("notifier"),
        mongo_url=database_url,
        bus_keys=BUS_KEYS,
        data_keys=DATA_KEYS,
        api_tokens="gateway:secret",
        public_url="https://chosei.example.jp",
        mail_from="noreply@example.jp",
        smtp_port=post_office.port,
        **{**PLAIN_TIMES, **changes},
    )
    app = build_app(settings)
    connection = await aio_pika.connect(broker.url())
    async with opened_database(database_url) as database, connection, connection.channel() as channel:
        exchange = await channel.get_exchange("chosei.events")
        queue = await channel.declare_queue("ear", exclusive=True)
        await queue.bind(exchange, "notifier.#")
        said: list[dict[str, Any]] = []

        async def listen(message: Any) -> None:
            import json

            said.append(json.loads(message.body))

        await queue.consume(listen, no_ack=True)
        async with running_service(app):
            yield Notifier(app, settings, channel, exchange, said, database)


@pytest.fixture
async def database_url(emptied_database_url: str) -> str:
    """Its indexes are made once for all these tests."""
    return emptied_database_url


@pytest.fixture
async def new_notifier(
    database_url: str, emptied_broker: Broker, post_office: PostOffice
) -> AsyncIterator[NewNotifier]:
    async with AsyncExitStack() as stack:

        async def make(**changes: Any) -> Notifier:
            made = await stack.enter_async_context(running(database_url, emptied_broker, post_office, **changes))
            await made.hear(organization_changed(), staff_changed(ADMIN), staff_changed(TARO, role="member"))
            return made

        yield make


@pytest.fixture
async def notifier(new_notifier: NewNotifier) -> Notifier:
    return await new_notifier()
