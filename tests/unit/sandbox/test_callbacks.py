"""Which addresses the sandbox's providers call, and that they try again."""

from collections.abc import AsyncIterator

import pytest

from deploy.sandbox.callbacks import Callback, Callbacks, address_allowed


@pytest.fixture
async def callbacks() -> AsyncIterator[Callbacks]:
    sender = Callbacks()
    yield sender
    await sender.close()


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/hooks/google", True),
        ("http://localhost/hooks", True),
        ("https://chosei.example.jp/hooks", True),
        ("http://chosei.example.jp/hooks", False),
        ("ftp://127.0.0.1/", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_http_is_for_loopback_only(url: str, allowed: bool) -> None:
    assert address_allowed(url) is allowed


async def test_nobody_there_is_no_answer(callbacks: Callbacks) -> None:
    assert await callbacks.send(Callback("http://127.0.0.1:1/hooks"), timeout_s=1) is None
