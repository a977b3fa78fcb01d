"""Authorization code with PKCE, as both vendors do it (RFC 6749, RFC 7636); they differ in scopes and in errors."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from services.calendar_sync.providers.calls import body_of, exchange
from services.calendar_sync.providers.protocol import Grant, ScopesRefused
from shared.observability.http import provider_call
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderUnavailable

_DEAD = {"invalid_grant", "interaction_required"}


def authorize_url(base: str, parameters: Mapping[str, str]) -> str:
    return f"{base}?{urlencode(parameters)}"


class TokenEndpoint:
    """Exchanges codes and refresh tokens for access tokens."""

    def __init__(self, name: str, client: httpx.AsyncClient, url: str, *, client_id: str, secret: str) -> None:
        self._name = name
        self._client = client
        self._url = url
        self._identity = {"client_id": client_id, "client_secret": secret}

    async def redeem(self, form: Mapping[str, str], needed: Iterable[str]) -> Grant:
        """Raises ``ScopesRefused`` where a needed scope was not granted or no refresh token came."""
        body = await self._ask("oauth.redeem", {"grant_type": "authorization_code", **form})
        granted = {scope.rpartition("/")[2].lower() for scope in str(body.get("scope", "")).split()}
        if not {scope.rpartition("/")[2].lower() for scope in needed} <= granted:
            raise ScopesRefused("not all scopes were granted")
        grant = _grant(body)
        if grant.refresh_token is None:
            raise ScopesRefused("no refresh token came")
        return grant

    async def refresh(self, form: Mapping[str, str]) -> Grant:
        """Raises ``CredentialRevoked`` only where the provider says that the refresh token is dead (G19)."""
        return _grant(await self._ask("oauth.refresh", {"grant_type": "refresh_token", **form}))

    async def _ask(self, operation: str, form: Mapping[str, str]) -> dict[str, Any]:
        with provider_call(self._name, operation):
            response = await exchange(self._client, "POST", self._url, data={**self._identity, **form})
            body = body_of(response)
            if response.status_code != 200:
                raise _error(response.status_code, body)
            return body


def _grant(body: Mapping[str, Any]) -> Grant:
    access = body.get("access_token")
    if not isinstance(access, str) or not access:
        raise ProviderUnavailable("no access token in the answer", unknown=True)
    lifetime = timedelta(seconds=int(body.get("expires_in", 3600)))
    return Grant(access, body.get("refresh_token") or None, lifetime)


def _error(status: int, body: Mapping[str, Any]) -> ProviderError:
    code = str(body.get("error", ""))
    if status in (400, 401) and code in _DEAD:
        return CredentialRevoked(f"{code} {_aadsts(body)}".strip())
    if status in (400, 401, 403) and code:
        return ProviderRefused(f"{code} {_aadsts(body)}".strip())
    return ProviderUnavailable(f"token endpoint answered {status}")


def _aadsts(body: Mapping[str, Any]) -> str:
    return str(body.get("error_description", "")).partition(":")[0] if "AADSTS" in str(body) else ""
