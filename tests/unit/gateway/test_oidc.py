"""What is believed of an OpenID Connect provider: nothing that is not signed by it, for us, for this sign-in (X8)."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.gateway.edge.sign_in_flow import SignInFlow
from services.gateway.providers.oidc import Identity, OidcProvider
from shared.providers import ProviderRefused, ProviderUnavailable
from tests.unit.gateway.settings import some_settings

ISSUER = "https://id.example"
CLIENT = "chosei"
NONCE = "nonce-of-this-sign-in"


def a_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


OURS, NEXT, FOREIGN = a_key(), a_key(), a_key()


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {"iss": ISSUER, "sub": "s-1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": NONCE}
    told = {**usual, "email": "taro@example.jp", "email_verified": True, "name": "山田太郎", **changes}
    return {name: value for name, value in told.items() if value is not None}


def signed(told: dict[str, Any], key: Any = OURS, algorithm: str = "RS256", kid: str = "k1") -> str:
    return jwt.encode(told, key, algorithm=algorithm, headers={"kid": kid})


class Provider:
    """Answers as a provider; what a test sets is said instead."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.RSAPrivateKey] = {"k1": OURS}
        self.token: Callable[[], str] = lambda: signed(claims())
        self.described: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {"sub": "s-1"}
        self.asked: list[httpx.Request] = []
        self.down = False

    def count(self, path: str) -> int:
        return sum(1 for request in self.asked if request.url.path == path)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.down:
            raise httpx.ConnectError("refused")
        match request.url.path:
            case "/.well-known/openid-configuration":
                ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
                more = {"userinfo_endpoint": f"{ISSUER}/userinfo", "end_session_endpoint": f"{ISSUER}/logout?x=1"}
                known = {name: ISSUER + path for name, path in ends.items()}
                return httpx.Response(200, json={"issuer": ISSUER, **known, **more, **self.described})
            case "/jwks":
                jwks = [
                    json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"}
                    for kid, key in self.keys.items()
                ]
                return httpx.Response(200, json={"keys": jwks})
            case "/token":
                return httpx.Response(200, json={"id_token": self.token(), "access_token": "a"})
            case "/userinfo":
                return httpx.Response(200, json=self.userinfo)
        return httpx.Response(404)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def client(provider: Provider) -> OidcProvider:
    settings = some_settings(oidc_issuer=ISSUER, oidc_client_id=CLIENT, oidc_client_secret="a secret: with %")
    return OidcProvider(settings, httpx.MockTransport(provider.answer))


async def who(client: OidcProvider) -> Identity:
    return await client.who("code-1", redirect_uri="https://chosei.example/back", nonce=NONCE, verifier="v" * 43)


async def test_whoever_is_signed_for_us_is_believed(provider: Provider, client: OidcProvider) -> None:
    found = await who(client)
    assert (found.subject.sub, found.email, found.name) == ("s-1", "taro@example.jp", "山田太郎")
    asked = next(request for request in provider.asked if request.url.path == "/token")
    form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
    assert form["code_verifier"] == "v" * 43
    assert asked.headers["authorization"].startswith("Basic ")
    assert "secret" not in asked.content.decode()


@pytest.mark.parametrize(
    "token",
    [
        lambda: signed(claims(iss="https://other.example")),
        lambda: signed(claims(aud="somebody-else")),
        lambda: signed(claims(aud=[CLIENT, "other"], azp="other")),
        lambda: signed(claims(exp=int(time.time()) - 120)),
        lambda: signed(claims(exp=None)),
        lambda: signed(claims(sub=None)),
        lambda: signed(claims(iat=int(time.time()) + 600)),
        lambda: signed(claims(nonce="of-another")),
        lambda: signed(claims(nonce=None)),
        lambda: signed(claims(), FOREIGN),
        lambda: signed(claims(), FOREIGN, kid="unknown"),
        lambda: jwt.encode(claims(), None, algorithm="none", headers={"kid": "k1"}),
        lambda: jwt.encode(
            claims(), "a secret: with %, long enough for a HMAC", algorithm="HS256", headers={"kid": "k1"}
        ),
        lambda: signed(claims(), algorithm="PS256"),
        lambda: signed(claims())[:-4] + "AAAA",
        lambda: "not.a.token",
        lambda: "",
    ],
)
async def test_what_is_not_signed_by_it_for_us_for_now_is_refused(
    provider: Provider, client: OidcProvider, token: Callable[[], str]
) -> None:
    provider.token = token
    with pytest.raises(ProviderRefused):
        await who(client)


async def test_a_public_key_is_no_secret_to_sign_with(provider: Provider, client: OidcProvider) -> None:
    """The classic confusion: the provider's public key as a HMAC's secret; even where HS256 is offered."""
    public = OURS.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    provider.described = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}

    def encoded(part: bytes) -> bytes:
        return base64.urlsafe_b64encode(part).rstrip(b"=")

    head = encoded(json.dumps({"alg": "HS256", "kid": "k1"}).encode()) + b"." + encoded(json.dumps(claims()).encode())
    forged = (head + b"." + encoded(hmac.digest(public, head, "sha256"))).decode()
    provider.token = lambda: forged
    with pytest.raises(ProviderRefused):
        await who(client)


async def test_a_new_key_is_found_but_not_looked_for_at_every_token(
    provider: Provider, client: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await who(client)
    provider.keys = {"k2": NEXT}
    provider.token = lambda: signed(claims(), NEXT, kid="k2")
    with pytest.raises(ProviderRefused):
        await who(client)
    assert provider.count("/jwks") == 1
    monkeypatch.setattr("services.gateway.providers.oidc._older", lambda since, than: than.total_seconds() < 60)
    assert (await who(client)).subject.sub == "s-1"
    assert provider.count("/jwks") == 2


async def test_it_is_described_once(provider: Provider, client: OidcProvider) -> None:
    for _ in range(3):
        await who(client)
    assert provider.count("/.well-known/openid-configuration") == 1
    assert provider.count("/jwks") == 1


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
)
async def test_a_description_of_another_or_without_tls_is_refused(
    provider: Provider, client: OidcProvider, described: dict[str, Any]
) -> None:
    provider.described = described
    with pytest.raises(ProviderRefused):
        await who(client)


@pytest.mark.parametrize(
    ("told", "email"),
    [
        ({"email_verified": False}, ""),
        ({"email_verified": None}, ""),
        ({"email_verified": "false"}, ""),
        ({"email_verified": "true"}, "taro@example.jp"),
    ],
)
async def test_an_address_counts_as_far_as_it_is_vouched_for(
    provider: Provider, client: OidcProvider, told: dict[str, Any], email: str
) -> None:
    provider.token = lambda: signed(claims(**told))
    assert (await who(client)).email == email


async def test_where_the_token_has_no_address_the_person_is_asked_about(
    provider: Provider, client: OidcProvider
) -> None:
    provider.token = lambda: signed(claims(email=None, email_verified=None))
    provider.userinfo = {"sub": "s-1", "email": "taro@example.jp", "email_verified": True}
    assert (await who(client)).email == "taro@example.jp"
    provider.userinfo = {"sub": "s-2", "email": "admin@example.jp", "email_verified": True}
    with pytest.raises(ProviderRefused):
        await who(client)


async def test_a_provider_that_is_away_may_be_tried_again(provider: Provider, client: OidcProvider) -> None:
    provider.down = True
    with pytest.raises(ProviderUnavailable):
        await who(client)
    provider.down = False
    assert (await who(client)).subject.sub == "s-1"


async def test_the_way_there_carries_state_nonce_and_challenge_but_no_secret(client: OidcProvider) -> None:
    flow = SignInFlow(next_path="/today")
    url = await client.authorize_url(
        redirect_uri="https://chosei.example/back", state=flow.state, nonce=flow.nonce, verifier=flow.verifier
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert (query["state"], query["nonce"], query["code_challenge_method"]) == (flow.state, flow.nonce, "S256")
    assert flow.verifier not in url
    assert query["scope"] == "openid email profile"


async def test_the_way_out_leads_back(client: OidcProvider) -> None:
    url = await client.end_session_url("https://chosei.example/sign-in")
    assert (
        url == f"{ISSUER}/logout?x=1&client_id=chosei&post_logout_redirect_uri=https%3A%2F%2Fchosei.example%2Fsign-in"
    )
