"""Calls from the providers to the system under test: notifications and validations.

http is allowed on loopback only, as everywhere in the sandbox; other addresses must be https.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import structlog

log = structlog.get_logger(__name__)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Callback:
    """One POST to a callback address."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)


def address_allowed(url: str) -> bool:
    """Whether a provider in the sandbox calls there or sends a browser there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    on_loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or on_loopback)


class Callbacks:
    """Sends callbacks at once (``send``) or in the background with the provider's retries (``deliver``)."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, callback: Callback, timeout_s: float = 10.0) -> httpx.Response | None:
        """The answer, or None when there was none in time."""
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False)
        target = httpx.URL(callback.url)
        try:
            return await self._client.post(
                target.copy_merge_params(dict(callback.params)) if callback.params else target,
                headers=dict(callback.headers),
                content=callback.content,
                timeout=timeout_s,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.info("callback.failed", url=callback.url, error=repr(error))
            return None

    def deliver(
        self,
        callback: Callback,
        *,
        timeout_s: float = 3.0,
        retry_after_s: Sequence[float] = (),
        taken: Callable[[int], bool] = lambda status: 200 <= status < 300,
        delay_s: float = 0.0,
    ) -> None:
        """In the background, after ``delay_s``; again after each of ``retry_after_s`` until it is ``taken``."""

        async def run() -> None:
            for wait in (delay_s, *retry_after_s):
                await asyncio.sleep(wait)
                answer = await self.send(callback, timeout_s)
                if answer is not None and taken(answer.status_code):
                    return

        self.spawn(run())

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """In the background; ended when the sandbox stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None
