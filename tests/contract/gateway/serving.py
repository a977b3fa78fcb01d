"""The gateway over HTTP in a thread of its own, on a real database, with stand-ins for the other services."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from argon2 import PasswordHasher

from services.gateway.app import build_app
from shared import mongo
from shared.migrations import make_indexes
from shared.runtime import Parts
from tests.infrastructure.ports import free_ports
from tests.integration.gateway.fakes import Answer, FakeServices
from tests.integration.gateway.installation import CODE, furnish, settings_for


@dataclass
class Serving:
    """Where it listens, and the administrator's token."""

    url: str
    token: str = ""
    up: threading.Event = field(default_factory=threading.Event)


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Belong to the main thread."""


@contextmanager
def serving(mongo_url: str) -> Iterator[Serving]:
    """Limits are lifted and passwords cheap; without a broker, events stay in their outboxes."""
    (port,) = free_ports(1)
    made = Serving(f"http://127.0.0.1:{port}")
    services = FakeServices()
    nothing = {"status": "ready", "buildings": [], "rooms": []}
    services.says("calendar_sync", "GET /internal/rooms", Answer(200, nothing))
    services.says("calendar_sync", "POST /internal/rooms/read", Answer(202, nothing))
    settings = settings_for(
        mongo_url,
        "amqp://127.0.0.1:1/",
        public_url=made.url,
        guest_requests_per_minute_and_ip=10**9,
        confirms_per_minute_and_link=10**9,
        mails_per_minute_and_recipient=10**9,
        failed_sign_ins_per_minute_and_account=10**9,
    )
    servers: list[uvicorn.Server] = []

    async def run() -> None:
        app = build_app(settings, transport=services.transport())
        parts: Parts = app.state.parts
        try:
            await make_indexes(parts.indexes)
            app.state.gateway.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            await app.state.gateway.setup.prepare(CODE)
            made.token = (await furnish(app, services)).tokens["admin@example.jp"]
            config = uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False)
            servers.append(_Server(config))
            asyncio.get_running_loop().call_later(0.1, made.up.set)
            await servers[0].serve()
        finally:
            await mongo.close(parts.client)

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert made.up.wait(30)
    yield made
    servers[0].should_exit = True
    thread.join(10)
