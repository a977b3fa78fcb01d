"""A demo whose traces are collected, whole."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.main_job.conftest import System
from tests.e2e.observability.collector import Collector, running_collector
from tests.infrastructure.demo import RunningDemo, start_demo


@dataclass
class Seen:
    """The demo, what people outside do with it, and what it tells of that."""

    demo: RunningDemo
    system: System
    collector: Collector


@pytest.fixture(scope="package")
async def seen() -> AsyncIterator[Seen]:
    async with AsyncExitStack() as stack:
        collector = await stack.enter_async_context(running_collector())
        environment = {"CHOSEI_OTLP_ENDPOINT": collector.url, "CHOSEI_TRACE_RATIO": "1.0"}
        demo = await stack.enter_async_context(start_demo(environment=environment))
        api = await stack.enter_async_context(httpx.AsyncClient(base_url=demo.gateway_url, timeout=30))
        sandbox = await stack.enter_async_context(httpx.AsyncClient(base_url=demo.sandbox_url, timeout=30))
        system = System(demo, api, sandbox)
        await system.sign_in()
        yield Seen(demo, system, collector)
