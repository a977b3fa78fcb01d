"""An OpenID Connect provider (Core 1.0, Discovery 1.0): where a browser goes to sign in, and who came back from there.

Everything that it says is checked: issuer, audience, signature by its published keys, time, and our nonce.
"""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from httpx import AsyncBaseTransport
from pydantic import BaseModel, ConfigDict, ValidationError

from services.gateway.settings import Settings
from services.gateway.store.identities import Subject
from shared.http import Response, client, json_object, send
from shared.oauth import challenge_of
from shared.observability.http import provider_call
from shared.providers import ProviderRefused, ProviderUnavailable, reads

_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
"""Signatures by a key of the provider's; none that our secret could make, and never ``none``."""
_LEEWAY = timedelta(seconds=60)
_KNOWN_FOR = timedelta(hours=1)
_ASK_AGAIN_AFTER = timedelta(seconds=10)
"""At least between two readings of the keys, however many tokens name one that is unknown."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Metadata(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: list[str] = ["RS256"]
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


@dataclass(frozen=True)
class Identity:
    """Who came back. ``email`` is empty where the provider has none or does not vouch for it."""

    subject: Subject
    email: str
    name: str


class OidcProvider:
    """Raises ``ProviderUnavailable`` where it does not answer, ``ProviderRefused`` for what is not to be believed."""

    def __init__(self, settings: Settings, transport: AsyncBaseTransport | None = None) -> None:
        self._issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value()
        self._http = client(self._issuer, timeout=settings.oidc_timeout, transport=transport, max_connections=16)
        self._metadata: tuple[float, _Metadata] | None = None
        self._keys: tuple[float, dict[str, jwt.PyJWK]] | None = None

    async def authorize_url(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        return _with_query((await self._described()).authorization_endpoint, query)

    async def end_session_url(self, back: str) -> str | None:
        """Where a browser ends its session there too; None where the provider has no such place."""
        there = (await self._described()).end_session_endpoint
        return _with_query(there, {"client_id": self._client_id, "post_logout_redirect_uri": back}) if there else None

    async def who(self, code: str, *, redirect_uri: str, nonce: str, verifier: str) -> Identity:
        """The person behind a code, which works once."""
        tokens = await self._redeem(code, redirect_uri, verifier)
        claims = await self._verified(str(tokens.get("id_token", "")), nonce)
        subject = Subject(self._issuer, str(claims["sub"]))
        told = claims if "email" in claims else {**claims, **await self._userinfo(subject, tokens)}
        vouched = told.get("email_verified") in (True, "true")
        email = str(told.get("email", "")) if vouched else ""
        return Identity(subject, email.strip(), str(told.get("name", "")).strip())

    async def close(self) -> None:
        await self._http.aclose()

    async def _redeem(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        metadata = await self._described()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = (_form_encoded(self._client_id), _form_encoded(self._secret))
            response = await self._call("token", "POST", metadata.token_endpoint, data=form, auth=auth)
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
            response = await self._call("token", "POST", metadata.token_endpoint, data=form)
        if response.status_code != 200:
            raise ProviderRefused(f"token endpoint: {response.status_code}")
        return json_object(response)

    async def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            algorithm = str(header.get("alg"))
            offered = (await self._described()).id_token_signing_alg_values_supported
            if algorithm not in _ALGORITHMS or algorithm not in offered:
                raise ProviderRefused("id token: algorithm")
            key = await self._key(str(header.get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._client_id,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:  # a key of another kind than its use
            raise ProviderRefused(f"id token: {type(error).__name__}") from error
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise ProviderRefused("id token: nonce")
        if claims.get("azp", self._client_id) != self._client_id:
            raise ProviderRefused("id token: authorized party")
        return claims

    async def _userinfo(self, subject: Subject, tokens: Mapping[str, Any]) -> dict[str, Any]:
        endpoint = (await self._described()).userinfo_endpoint
        if endpoint is None or not tokens.get("access_token"):
            return {}
        headers = {"authorization": f"Bearer {tokens['access_token']}"}
        response = await self._call("userinfo", "GET", endpoint, headers=headers)
        told = json_object(response) if response.status_code == 200 else {}
        if told and told.get("sub") != subject.sub:
            raise ProviderRefused("userinfo: of somebody else")
        return told

    async def _key(self, kid: str) -> jwt.PyJWK:
        """Keys change without notice: one that is unknown is asked for, though not at every token."""
        if self._keys is None or _older(self._keys[0], _KNOWN_FOR) or self._may_be_new(kid):
            response = await self._call("keys", "GET", (await self._described()).jwks_uri)
            if response.status_code != 200:
                raise ProviderUnavailable(f"keys: {response.status_code}")
            self._keys = (time.monotonic(), _keys_in(json_object(response)))
        known = self._keys[1]
        key = known.get(kid) or (next(iter(known.values())) if not kid and len(known) == 1 else None)
        if key is None:
            raise ProviderRefused("id token: unknown key")
        return key

    def _may_be_new(self, kid: str) -> bool:
        return self._keys is not None and kid not in self._keys[1] and _older(self._keys[0], _ASK_AGAIN_AFTER)

    async def _described(self) -> _Metadata:
        if self._metadata is None or _older(self._metadata[0], _KNOWN_FOR):
            address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            response = await self._call("discovery", "GET", address)
            if response.status_code != 200:
                raise ProviderUnavailable(f"discovery: {response.status_code}")
            try:
                told = _Metadata.model_validate_json(response.content)
            except ValidationError as error:
                raise ProviderRefused("discovery: unreadable") from error
            if told.issuer != self._issuer:
                raise ProviderRefused("discovery: another issuer")
            for address in (told.issuer, told.authorization_endpoint, told.token_endpoint, told.jwks_uri):
                _check_address(address)
            self._metadata = (time.monotonic(), told)
        return self._metadata[1]

    async def _call(self, operation: str, method: str, url: str, **arguments: Any) -> Response:
        with provider_call("oidc", operation):
            response = await send(self._http, method, url, **arguments)
            if response.status_code >= 500 or response.status_code == 429:
                raise ProviderUnavailable(f"{operation}: {response.status_code}")
        return response


def _older(since: float, than: timedelta) -> bool:
    return time.monotonic() - since > than.total_seconds()


@reads
def _keys_in(told: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    """By their name; raises ``ProviderRefused``."""
    try:
        found = jwt.PyJWKSet.from_dict(told).keys
    except jwt.PyJWTError as error:
        raise ProviderRefused(f"keys: {type(error).__name__}") from error
    return {key.key_id or "": key for key in found if key.public_key_use in (None, "sig")}


@reads
def _check_address(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    here = host in _LOOPBACK or host.endswith(".localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise ProviderRefused("discovery: an address without TLS")


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"


def _form_encoded(text: str) -> str:
    """RFC 6749, 2.3.1: both parts of Basic are encoded first."""
    return urlencode({"": text})[1:]
