"""Whose word the server takes for where a request comes from (G24)."""

from typing import Any

import pytest

from shared.runtime import server_config
from tests.unit.gateway.settings import some_settings


async def seen_from(trusted: str, peer: str) -> str:
    """The address that an app sees of a request that came from ``peer`` with X-Forwarded-For."""
    seen: list[str] = []

    async def app(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    config = server_config(app, some_settings(trusted_proxies=trusted))
    config.load()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "scheme": "http",
        "client": (peer, 1),
        "headers": [(b"x-forwarded-for", b"203.0.113.9")],
    }
    loaded: Any = config.loaded_app
    await loaded(scope, None, None)
    return seen[0]


@pytest.mark.parametrize(
    ("trusted", "peer", "seen"),
    [
        ("", "127.0.0.1", "127.0.0.1"),
        ("10.0.0.5", "127.0.0.1", "127.0.0.1"),
        ("10.0.0.0/24", "10.0.0.5", "203.0.113.9"),
    ],
)
async def test_g24_only_a_trusted_proxy_says_where_a_request_comes_from(trusted: str, peer: str, seen: str) -> None:
    assert await seen_from(trusted, peer) == seen
