"""Codes, access and refresh tokens as an OAuth 2 server keeps them; each provider sets its own rules.

Plain data and no HTTP: ``oauth_http.py`` reads requests, providers answer in their own form.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from deploy.sandbox.accounts import Account, Provider
from shared import clock


class Rotation(StrEnum):
    """What a refresh does to the refresh token."""

    REPLACE = "replace"
    """A new one comes, the old one is dead (Zoom)."""
    KEEP = "keep"
    """No new one comes (Google)."""
    ADD = "add"
    """A new one comes, the old one stays valid (Microsoft)."""


@dataclass(frozen=True)
class OAuthRules:
    provider: Provider
    rotation: Rotation
    access_lifetime: timedelta
    code_lifetime: timedelta
    clients: dict[str, str]
    one_grant_per_account: bool = False
    """A new authorization ends the earlier tokens of the same account (Zoom)."""


class Refusal(StrEnum):
    INVALID_CLIENT = "invalid_client"
    INVALID_REQUEST = "invalid_request"
    CODE_UNKNOWN = "code_unknown"
    CODE_USED = "code_used"
    CODE_EXPIRED = "code_expired"
    REDIRECT_MISMATCH = "redirect_mismatch"
    PKCE_FAILED = "pkce_failed"
    TOKEN_DEAD = "token_dead"
    TOKEN_UNKNOWN = "token_unknown"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_REVOKED = "token_revoked"
    UNSUPPORTED_GRANT = "unsupported_grant"


class OAuthRefused(Exception):
    """The server says no; ``refusal`` tells why, each provider answers it in its own words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass
class Grant:
    """What one account allowed one client; without an account (``account_email`` None) the app itself."""

    id: str
    client_id: str
    account_email: str | None
    scope: str
    offline: bool
    nonce: str = ""
    """OpenID Connect's, to be repeated in the id token."""
    revoked: bool = False
    realm: str = ""
    """The whole of which account an app may reach that acts for itself (Zoom's server-to-server apps)."""


@dataclass
class _Code:
    grant: Grant
    redirect_uri: str
    challenge: str | None
    expires_at: datetime
    used: bool = False


@dataclass
class AccessToken:
    token: str
    grant: Grant
    expires_at: datetime


@dataclass(frozen=True)
class TokenSet:
    """What a token endpoint hands out. ``refresh_token`` is None where the provider sends none."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    scope: str
    grant: Grant


def pkce_challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class OAuthServer:
    rules: OAuthRules
    _codes: dict[str, _Code] = field(default_factory=dict)
    _access: dict[str, AccessToken] = field(default_factory=dict)
    _refresh: dict[str, Grant] = field(default_factory=dict)
    _grants: dict[tuple[str, str], list[Grant]] = field(default_factory=dict)

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raises ``INVALID_CLIENT`` unless the pair is right."""
        expected = self.rules.clients.get(client_id)
        if expected is None or not hmac.compare_digest(expected.encode(), client_secret.encode()):
            raise OAuthRefused(Refusal.INVALID_CLIENT)

    def has_grant(self, client_id: str, account: Account) -> bool:
        """Whether the account allowed this client before (Google then gives no refresh token)."""
        return any(not grant.revoked for grant in self._grants.get((client_id, account.email), []))

    def issue_code(
        self,
        *,
        client_id: str,
        account: Account,
        redirect_uri: str,
        scope: str,
        offline: bool = True,
        challenge: str | None = None,
        nonce: str = "",
    ) -> str:
        """The account allowed it; ``offline`` says whether a refresh token comes with the code."""
        grant = Grant(secrets.token_hex(8), client_id, account.email, scope, offline, nonce)
        code = secrets.token_urlsafe(24)
        expires_at = clock.now() + self.rules.code_lifetime
        self._codes[code] = _Code(grant, redirect_uri, challenge, expires_at)
        return code

    def redeem_code(self, client_id: str, code: str, redirect_uri: str, verifier: str | None) -> TokenSet:
        """Tokens for a code, once. Raises with what is wrong; a code used twice also ends what it gave."""
        entry = self._codes.get(code)
        if entry is None or entry.grant.client_id != client_id:
            raise OAuthRefused(Refusal.CODE_UNKNOWN)
        if entry.used:
            entry.grant.revoked = True
            raise OAuthRefused(Refusal.CODE_USED)
        if clock.now() >= entry.expires_at:
            raise OAuthRefused(Refusal.CODE_EXPIRED)
        if redirect_uri != entry.redirect_uri:
            raise OAuthRefused(Refusal.REDIRECT_MISMATCH)
        if entry.challenge is not None and not _verifies(verifier, entry.challenge):
            raise OAuthRefused(Refusal.PKCE_FAILED)
        entry.used = True
        self._keep_grant(entry.grant)
        return self._hand_out(entry.grant, self._new_refresh(entry.grant) if entry.grant.offline else None)

    def redeem_client(self, client_id: str, scope: str, realm: str = "") -> TokenSet:
        """A token for the app itself (client_credentials, account_credentials): no refresh token comes."""
        return self._hand_out(Grant(secrets.token_hex(8), client_id, None, scope, offline=False, realm=realm), None)

    def refresh(self, client_id: str, token: str) -> TokenSet:
        """A new access token; raises ``TOKEN_DEAD`` for a replaced, revoked or unknown refresh token."""
        grant = self._refresh.get(token)
        if grant is None or grant.revoked or grant.client_id != client_id:
            raise OAuthRefused(Refusal.TOKEN_DEAD)
        if self.rules.rotation is Rotation.KEEP:
            return self._hand_out(grant, None)
        if self.rules.rotation is Rotation.REPLACE:
            del self._refresh[token]
        return self._hand_out(grant, self._new_refresh(grant))

    def authenticate(self, token: str) -> AccessToken:
        """Whose token this is; raises ``TOKEN_UNKNOWN``, ``TOKEN_EXPIRED`` or ``TOKEN_REVOKED``."""
        access = self._access.get(token)
        if access is None:
            raise OAuthRefused(Refusal.TOKEN_UNKNOWN)
        if access.grant.revoked:
            raise OAuthRefused(Refusal.TOKEN_REVOKED)
        if clock.now() >= access.expires_at:
            raise OAuthRefused(Refusal.TOKEN_EXPIRED)
        return access

    def revoke(self, token: str) -> bool:
        """End the whole grant behind an access or refresh token; false when there is none alive."""
        access = self._access.get(token)
        grant = access.grant if access else self._refresh.get(token)
        if grant is None or grant.revoked:
            return False
        grant.revoked = True
        return True

    def expire_access_tokens(self) -> None:
        """Every access token handed out so far is over (fault ``expire_tokens``)."""
        for access in self._access.values():
            access.expires_at = min(access.expires_at, clock.now())

    def revoke_everything(self) -> None:
        """Every grant so far is over, refresh tokens too (fault ``revoke_tokens``)."""
        for access in self._access.values():
            access.grant.revoked = True
        for grant in self._refresh.values():
            grant.revoked = True

    def end_grants(self, ends: Callable[[Grant], bool]) -> list[Grant]:
        """Revoke the grants that ``ends`` names; those that were alive."""
        alive = {id(grant): grant for grant in (*(one.grant for one in self._access.values()), *self._refresh.values())}
        ended = [grant for grant in alive.values() if not grant.revoked and ends(grant)]
        for grant in ended:
            grant.revoked = True
        return ended

    def rename(self, old: str, new: str) -> None:
        """An account has another address; its grants stay."""
        for grant in (*(one.grant for one in self._access.values()), *self._refresh.values()):
            if grant.account_email == old:
                grant.account_email = new
        for client_id in self.rules.clients:
            if (client_id, old) in self._grants:
                self._grants[client_id, new] = self._grants.pop((client_id, old))

    def _keep_grant(self, grant: Grant) -> None:
        if grant.account_email is None:
            return
        known = self._grants.setdefault((grant.client_id, grant.account_email), [])
        if self.rules.one_grant_per_account:
            for earlier in known:
                earlier.revoked = True
        known[:] = [earlier for earlier in known if not earlier.revoked]
        known.append(grant)

    def _new_refresh(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(48)
        self._refresh[token] = grant
        return token

    def _hand_out(self, grant: Grant, refresh_token: str | None) -> TokenSet:
        token = secrets.token_urlsafe(48)
        lifetime = self.rules.access_lifetime
        self._access[token] = AccessToken(token, grant, clock.now() + lifetime)
        return TokenSet(token, refresh_token, int(lifetime.total_seconds()), grant.scope, grant)


def _verifies(verifier: str | None, challenge: str) -> bool:
    return verifier is not None and hmac.compare_digest(pkce_challenge(verifier), challenge)
