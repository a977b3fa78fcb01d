"""One request to a provider: bearer token, one renewal after a 401, and what a broken connection means (G10)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

import httpx

from services.calendar_sync.providers.mailbox import count_request
from services.calendar_sync.providers.protocol import Credential
from shared.http import json_object, send
from shared.observability.http import provider_call
from shared.providers import ProviderUnavailable

UNAUTHORIZED = 401
_UNSAID = timedelta(seconds=2)
_MOST = timedelta(days=1)
_SECONDS = re.compile(r"[0-9]{1,9}")


class ErrorOf(Protocol):
    """Turns an answer of 400 and above into one of the five errors."""

    def __call__(self, status: int, body: dict[str, Any], headers: Mapping[str, str]) -> Exception: ...


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """What the provider asks for, at least a second and at most a day."""
    text = headers.get("retry-after", "")
    return min(timedelta(seconds=max(1, int(text))), _MOST) if _SECONDS.fullmatch(text) else _UNSAID


class ProviderApi:
    """Calls of one provider's API under a person's credential."""

    def __init__(self, name: str, client: httpx.AsyncClient, error_of: ErrorOf) -> None:
        self._name = name
        self._client = client
        self._error_of = error_of

    async def call(
        self,
        operation: str,
        credential: Credential,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON; an empty object where it has none."""
        arguments: dict[str, Any] = {"params": params} if params else {}
        if body is not None:
            arguments["json"] = body
        with provider_call(self._name, operation):
            token = await credential.token()
            response = await self._send(method, url, token, headers, arguments)
            if response.status_code == UNAUTHORIZED:
                token = await credential.renewed(token)
                response = await self._send(method, url, token, headers, arguments)
            return self._answer(response)

    async def _send(
        self, method: str, url: str, token: str, headers: Mapping[str, str] | None, arguments: dict[str, Any]
    ) -> httpx.Response:
        count_request()
        sent = {**(headers or {}), "authorization": f"Bearer {token}"}
        return await send(self._client, method, url, headers=sent, **arguments)

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        body = json_object(response)
        if response.status_code == UNAUTHORIZED:
            raise ProviderUnavailable("401 with a fresh token")
        if response.status_code >= 300:
            raise self._error_of(response.status_code, body, response.headers)
        if response.content and not body:
            raise ProviderUnavailable("unreadable answer", unknown=True)
        return body
