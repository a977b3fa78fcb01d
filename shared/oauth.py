"""The client's side of OAuth 2.0: authorization code with state and PKCE, renewal, revocation (RFC 6749, 7636, 7009).

A refused refresh token is ``CredentialRevoked`` and final; whatever else fails at a renewal may be tried again.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog

from shared import clock
from shared.http import json_object, send
from shared.observability.http import provider_call
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderThrottled, ProviderUnavailable

log = structlog.get_logger(__name__)
_DEAD = ("invalid_grant", "interaction_required", "consent_required")
_PAUSE = timedelta(seconds=5)
_USUALLY = timedelta(hours=1)
_SECONDS = re.compile(r"[0-9]{1,9}")
_VENDOR_CODE = re.compile(r"AADSTS\d+")
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
"""RFC 6749's errors and the vendors' look like this; anything else is text and goes no further."""


class ApprovalNeeded(ProviderRefused):
    """An administrator must approve the app first (R4, V4)."""


class AccessDenied(ProviderRefused):
    """The person did not grant all that is needed."""


class CodeRefused(ProviderRefused):
    """The authorization code is used up, too old or not ours."""


@dataclass(frozen=True)
class Grant:
    """What a token endpoint gave. ``refresh_token`` is None where the provider keeps the old one (Google)."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]


@dataclass(frozen=True)
class OAuthApp:
    """Our registration at one provider.

    ``basic`` sends the client's secret by HTTP Basic, else in the body. Where ``needed`` names scopes, a grant without
    one of them or without a refresh token is refused. ``approval_words`` tell an administrator's "not yet".
    """

    provider: str
    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    token_url: str
    revoke_url: str | None
    scopes: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    basic: bool = False
    authorize_extra: Mapping[str, str] = field(default_factory=dict)
    token_extra: Mapping[str, str] = field(default_factory=dict)
    approval_words: tuple[str, ...] = ()

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

    def refusal(self, error: str, description: str) -> ProviderRefused:
        """What it means that the provider named this error, to the browser or to us."""
        words = f"{error} {description}".lower()
        if any(word.lower() in words for word in self.approval_words):
            return ApprovalNeeded(error)
        return AccessDenied(error) if "access_denied" in words else ProviderRefused(error)

    def lacks(self, granted: Iterable[str]) -> bool:
        """Compared by the last word: providers answer scopes with or without their address before it."""
        return not {_scope_name(scope) for scope in self.needed} <= {_scope_name(scope) for scope in granted}


def new_verifier() -> str:
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class TokenEndpoint:
    """Calls of one app's token endpoint; the client's time-out bounds each as a whole."""

    def __init__(self, app: OAuthApp, client: httpx.AsyncClient) -> None:
        self.app = app
        self._client = client

    async def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Grant:
        """Raises ``CodeRefused``, ``ApprovalNeeded`` and ``AccessDenied`` beside the usual errors."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        try:
            grant = await self._token("oauth.exchange", form)
        except CredentialRevoked as error:
            refusal = self.app.refusal(error.reason, "")
            raise (refusal if isinstance(refusal, ApprovalNeeded) else CodeRefused(error.reason)) from error
        if self.app.needed and (self.app.lacks(grant.scopes) or grant.refresh_token is None):
            await self.drop(grant)
            raise AccessDenied(f"{self.app.provider}: not all that is needed was granted")
        return grant

    async def renew(self, refresh_token: str) -> Grant:
        """Raises ``CredentialRevoked`` only where the provider says that the refresh token is dead (G19).

        Anything else that it refuses (our secret is wrong, its server fails) is not this person's to mend and passes.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        try:
            return await self._token("oauth.renew", form)
        except ProviderRefused as error:
            raise ProviderUnavailable(error.reason) from error

    async def for_account(self, account_id: str) -> Grant:
        """By the app's own word, for the whole account that it belongs to (Zoom's server-to-server apps); no refresh
        token comes. What it refuses is wrong with the app or the account.
        """
        return await self._token("oauth.account", {"grant_type": "account_credentials", "account_id": account_id})

    async def renew_for_account(self, account_id: str) -> Grant:
        """Raises ``CredentialRevoked`` where the app is refused: it is the account's own, and only they can mend it."""
        try:
            return await self.for_account(account_id)
        except ProviderRefused as error:
            raise CredentialRevoked(error.reason) from error

    async def revoke(self, token: str) -> None:
        """End the grant where the provider has a way to; one that it no longer knows (400) counts as ended."""
        if self.app.revoke_url is None:
            return
        with provider_call(self.app.provider, "oauth.revoke"):
            answer = await send(self._client, "POST", self.app.revoke_url, data={"token": token}, **self._basic())
            if answer.status_code not in (200, 400):
                raise ProviderUnavailable(f"{self.app.provider} answered {answer.status_code} to a revocation")

    async def drop(self, grant: Grant) -> None:
        """End a grant that is not used; that it could not be ended harms nobody."""
        try:
            await self.revoke(grant.refresh_token or grant.access_token)
        except ProviderError as error:
            log.info("grant.not_revoked", provider=self.app.provider, reason=error.reason)

    async def _token(self, operation: str, form: Mapping[str, str]) -> Grant:
        identity = {"client_id": self.app.client_id, "client_secret": self.app.client_secret}
        data = {**({} if self.app.basic else identity), **form, **self.app.token_extra}
        with provider_call(self.app.provider, operation):
            answer = await send(self._client, "POST", self.app.token_url, data=data, **self._basic())
            body = json_object(answer)
            if answer.status_code != 200:
                raise self._failure(answer.status_code, body)
            return self._grant(body)

    def _grant(self, body: Mapping[str, Any]) -> Grant:
        access, refresh = body.get("access_token"), body.get("refresh_token") or None
        if not isinstance(access, str) or not access:
            raise ProviderUnavailable(f"{self.app.provider}: no access token in the answer", unknown=True)
        if not isinstance(refresh, str | None):
            raise ProviderUnavailable(f"{self.app.provider}: an unreadable refresh token", unknown=True)
        return Grant(
            access_token=access,
            refresh_token=refresh,
            expires_at=clock.now() + _lasts(body.get("expires_in")),
            scopes=frozenset(str(body.get("scope", "")).split()),
        )

    def _failure(self, status: int, body: Mapping[str, Any]) -> ProviderError:
        error, description = str(body.get("error", "")), str(body.get("error_description", ""))
        if status == 429:
            return ProviderThrottled(f"{self.app.provider} limits token requests", retry_after=_PAUSE)
        if status not in (400, 401, 403) or not error:
            return ProviderUnavailable(f"{self.app.provider} answered {status} to a token request")
        vendor_code = _VENDOR_CODE.match(description)
        code = error if _ERROR_CODE.fullmatch(error) else "unknown_error"
        reason = f"{self.app.provider}: {code} {vendor_code.group() if vendor_code else ''}".strip()
        return CredentialRevoked(reason) if error in _DEAD else self.app.refusal(reason, description)

    def _basic(self) -> dict[str, Any]:
        return {"auth": httpx.BasicAuth(self.app.client_id, self.app.client_secret)} if self.app.basic else {}


def _lasts(seconds: object) -> timedelta:
    """RFC 6749, 5.1: a number, which some write as text; where it is none, an hour as most have it."""
    text = str(seconds)
    return timedelta(seconds=int(text)) if _SECONDS.fullmatch(text) else _USUALLY


def _scope_name(scope: str) -> str:
    return scope.rpartition("/")[2].lower()
