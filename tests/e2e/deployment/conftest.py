"""A demo whose services are reached through addresses in front of them, as on a cluster, and whose traces are
collected, whole.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.conftest import SETTINGS
from tests.e2e.deployment.collector import Collector, running_collector
from tests.e2e.deployment.replicas import Front, fronts, leading_to, through
from tests.e2e.main_job.conftest import System
from tests.infrastructure.demo import RunningDemo, free_layout, start_demo

OWN = {"CHOSEI_DRAIN": "PT4S"}


@dataclass
class Installation:
    """The demo, the addresses in front of it, the settings of each service on top of the demo's, what people outside do
    with it, and what it tells of that.
    """

    demo: RunningDemo
    fronts: dict[str, Front]
    settings: dict[str, dict[str, str]]
    system: System
    collector: Collector


@pytest.fixture(scope="package")
async def installation() -> AsyncIterator[Installation]:
    made, layout = fronts(), free_layout()
    settings = through(made, OWN)
    for service, own in SETTINGS.items():
        settings[service] |= own
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(leading_to(made, layout))
        collector = await stack.enter_async_context(running_collector())
        traced = {"CHOSEI_OTLP_ENDPOINT": collector.url, "CHOSEI_TRACE_RATIO": "1.0"}
        environment = {"CHOSEI_DEMO_SETTINGS": json.dumps(settings), **traced}
        demo = await stack.enter_async_context(start_demo(environment=environment, layout=layout))
        # As a proxy that knows who is there: no connection is kept for a second request.
        limits = httpx.Limits(max_keepalive_connections=0)
        api = await stack.enter_async_context(
            httpx.AsyncClient(base_url=made["gateway"].url, timeout=30, limits=limits)
        )
        sandbox = await stack.enter_async_context(demo.at_sandbox())
        system = System(demo, api, sandbox)
        await system.sign_in()
        yield Installation(demo, made, settings, system, collector)
