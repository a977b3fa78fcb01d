"""The client's side of OAuth 2.0: authorization code with state and PKCE, renewal, revocation (RFC 6749, 7636, 7009).

A refused refresh token is ``CredentialRevoked`` and final; everything else that fails may be tried again.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from shared import clock
from shared.providers import CredentialRevoked, ProviderRefused, ProviderThrottled, ProviderUnavailable


@dataclass(frozen=True)
class Grant:
    """What a token endpoint gave. ``refresh_token`` is None where the provider keeps the old one (Google)."""

    access_token: str
    refresh_token: str | None
    expires_at: datetime
    scopes: frozenset[str]


@dataclass(frozen=True)
class OAuthApp:
    """Our registration at one provider. ``basic`` sends the client's secret by HTTP Basic, else in the body."""

    provider: str
    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str
    revoke_url: str | None
    scopes: tuple[str, ...]
    basic: bool
    authorize_extra: Mapping[str, str] = field(default_factory=dict)

    def authorize(self, *, redirect_uri: str, state: str, verifier: str, login_hint: str) -> str:
        """Where the person's browser goes."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            **({"scope": " ".join(self.scopes)} if self.scopes else {}),
            **({"login_hint": login_hint} if login_hint else {}),
            **self.authorize_extra,
        }
        return f"{self.authorize_url}?{urlencode(query)}"


def new_verifier() -> str:
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class TokenEndpoint:
    """Calls of one app's token endpoint."""

    def __init__(self, app: OAuthApp, client: httpx.AsyncClient) -> None:
        self.app = app
        self._client = client

    async def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Grant:
        """Raises ``ProviderRefused`` for a used or foreign code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        try:
            return await self._token(form)
        except CredentialRevoked as error:
            raise ProviderRefused(error.reason) from error

    async def renew(self, refresh_token: str) -> Grant:
        """Raises ``CredentialRevoked`` when the provider refuses the refresh token for good."""
        return await self._token({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, token: str) -> None:
        """End the grant where the provider has a way to; one that is already dead counts as done."""
        if self.app.revoke_url is None:
            return
        answer = await self._post(self.app.revoke_url, {"token": token})
        if answer.status_code >= 500:
            raise ProviderUnavailable(f"{self.app.provider} answered {answer.status_code} to a revocation")

    async def _token(self, form: dict[str, str]) -> Grant:
        answer = await self._post(self.app.token_url, form)
        body = _json(answer)
        if answer.status_code == 200 and "access_token" in body:
            return Grant(
                access_token=body["access_token"],
                refresh_token=body.get("refresh_token"),
                expires_at=clock.now() + timedelta(seconds=int(body.get("expires_in", 3600))),
                scopes=frozenset(str(body.get("scope", "")).split()),
            )
        raise self._failure(answer.status_code, body)

    def _failure(self, status: int, body: Mapping[str, Any]) -> Exception:
        error = str(body.get("error", ""))
        if status == 429:
            return ProviderThrottled(f"{self.app.provider} limits token requests", retry_after=timedelta(seconds=5))
        if status >= 500 or not error:
            return ProviderUnavailable(f"{self.app.provider} answered {status} to a token request")
        if error in ("invalid_grant", "interaction_required", "consent_required"):
            return CredentialRevoked(f"{self.app.provider}: {error}")
        return ProviderRefused(f"{self.app.provider}: {error}")

    async def _post(self, url: str, form: dict[str, str]) -> httpx.Response:
        auth: httpx.Auth | None = None
        if self.app.basic:
            auth = httpx.BasicAuth(self.app.client_id, self.app.client_secret)
        else:
            form = {**form, "client_id": self.app.client_id, "client_secret": self.app.client_secret}
        try:
            if auth is not None:
                return await self._client.post(url, data=form, auth=auth)
            return await self._client.post(url, data=form)
        except httpx.HTTPError as error:
            raise ProviderUnavailable(f"{self.app.provider}: {type(error).__name__}", unknown=True) from error


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
