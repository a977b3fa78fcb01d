"""The client's side of OAuth: what providers answer, as what it means."""

from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from shared import http
from shared.oauth import AccessDenied, ApprovalNeeded, CodeRefused, OAuthApp, TokenEndpoint, challenge_of
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderThrottled, ProviderUnavailable

TOKENS = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "openid https://x.example/auth/Read"}


def an_app(**changes: Any) -> OAuthApp:
    facts: dict[str, Any] = {
        "provider": "google",
        "client_id": "id",
        "client_secret": "secret",
        "authorize_url": "https://x.example/authorize",
        "token_url": "https://x.example/token",
        "revoke_url": "https://x.example/revoke",
        "needed": ("https://x.example/auth/read",),
        "approval_words": ("AADSTS65001",),
    }
    return OAuthApp(**{**facts, **changes})


class Provider:
    """Answers one thing to every request, and keeps what it was asked."""

    def __init__(self, status: int, body: dict[str, Any] | None = None) -> None:
        self.status, self.body = status, body if body is not None else TOKENS
        self.asked: list[httpx.Request] = []

    def endpoint(self, app: OAuthApp) -> TokenEndpoint:
        return TokenEndpoint(app, http.client("", transport=httpx.MockTransport(self.answer)))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self.status, json=self.body)

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.asked[-1].content.decode()).items()}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "invalid_grant"}, CredentialRevoked),
        (400, {"error": "interaction_required"}, CredentialRevoked),
        (401, {"error": "invalid_client"}, ProviderUnavailable),
        (400, {"error": "invalid_client"}, ProviderUnavailable),
        (400, {"error": "unauthorized_client"}, ProviderUnavailable),
        (400, {"error": "server_error"}, ProviderUnavailable),
        (400, {"error": "temporarily_unavailable"}, ProviderUnavailable),
        (429, {"error": "slow_down"}, ProviderThrottled),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (400, {}, ProviderUnavailable),
        (200, {}, ProviderUnavailable),
    ],
)
async def test_g19_only_the_providers_own_word_ends_a_connection(
    status: int, body: dict[str, str], kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        await Provider(status, body).endpoint(an_app()).renew("r")
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "invalid_grant", "error_description": "AADSTS70008: too old"}, CodeRefused),
        (401, {"error": "invalid_client"}, ProviderRefused),
        (400, {"error": "invalid_grant", "error_description": "AADSTS65001: no consent"}, ApprovalNeeded),
        (200, {**TOKENS, "scope": "openid"}, AccessDenied),
        (200, {**TOKENS, "refresh_token": None}, AccessDenied),
    ],
)
async def test_a_code_that_yields_too_little_is_told_apart(
    status: int, body: dict[str, str], kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        await Provider(status, body).endpoint(an_app()).exchange("c", redirect_uri="https://us.example", verifier="v")
    assert type(caught.value) is kind


async def test_a_grant_that_covers_too_little_is_ended_at_the_provider() -> None:
    provider = Provider(200, {**TOKENS, "scope": "openid"})
    with pytest.raises(AccessDenied):
        await provider.endpoint(an_app()).exchange("c", redirect_uri="https://us.example", verifier="v")
    assert (provider.asked[-1].url.path, provider.form()) == ("/revoke", {"token": "r"})


async def test_g26_what_a_provider_writes_in_place_of_an_error_code_goes_no_further() -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        await Provider(400, {"error": "no luck for taro@example.jp"}).endpoint(an_app()).renew("r")
    assert caught.value.reason == "google: unknown_error"


async def test_scopes_count_however_the_provider_writes_them() -> None:
    grant = await Provider(200).endpoint(an_app()).exchange("c", redirect_uri="https://us.example", verifier="v")
    assert grant.refresh_token == "r"


async def test_the_secret_goes_in_the_body_or_in_the_header_never_in_both() -> None:
    provider = Provider(200)
    await provider.endpoint(an_app()).renew("r")
    assert (provider.form()["client_secret"], "authorization" in provider.asked[-1].headers) == ("secret", False)
    await provider.endpoint(an_app(basic=True)).renew("r")
    assert ("client_secret" in provider.form(), "authorization" in provider.asked[-1].headers) == (False, True)


async def test_a_token_that_the_provider_no_longer_knows_counts_as_revoked() -> None:
    await Provider(400, {"error": "invalid_token"}).endpoint(an_app()).revoke("t")
    with pytest.raises(ProviderUnavailable):
        await Provider(500, {}).endpoint(an_app()).revoke("t")


def test_neither_secrets_nor_tokens_are_printed() -> None:
    assert "secret" not in repr(an_app()).replace("client_secret", "")


def test_the_challenge_is_the_one_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
