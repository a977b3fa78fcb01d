"""A stopping service answers on for a while, and each answer ends its connection."""

import asyncio
from datetime import timedelta

import httpx
from fastapi import FastAPI

from shared.runtime import Grace, _Server, server_config
from tests.infrastructure.ports import free_ports
from tests.unit.gateway.settings import some_settings
from tests.waiting import eventually


async def test_g27_requests_are_answered_while_a_service_drains_and_connections_end() -> None:
    app = FastAPI()
    app.state.grace, app.state.gave_up = Grace(timedelta(seconds=1)), False

    @app.get("/")
    async def answer() -> str:
        return "here"

    (port,) = free_ports(1)
    server = _Server(server_config(app, some_settings(port=port)), drain=timedelta(minutes=5))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert "connection" not in (await client.get("/")).headers
        server.should_exit = True

        async def ends() -> bool:
            return (await client.get("/")).headers.get("connection") == "close"

        await eventually(ends)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await server.lifespan.shutdown()
    for listener in server.servers:
        listener.close()
