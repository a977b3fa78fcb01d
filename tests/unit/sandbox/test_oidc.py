"""The stand-in for a company's OpenID Connect provider, as a client meets it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.app import build_app
from deploy.sandbox.oauth import pkce_challenge
from deploy.sandbox.settings import SandboxSettings

ME, REDIRECT, VERIFIER = "me@example.jp", "http://localhost:8000/oauth/oidc/callback", "v" * 43
CLIENT = {"client_id": "demo-oidc-client", "redirect_uri": REDIRECT}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = build_app(SandboxSettings(public_url="http://s"))
    app.state.world.accounts.add(Account(provider=Provider.OIDC, email=ME, name="私"))
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://s") as made:
        yield made


async def tokens(client: httpx.AsyncClient, verifier: str = VERIFIER) -> httpx.Response:
    asked = {"response_type": "code", "scope": "openid email", "nonce": "n", "code_challenge": pkce_challenge(VERIFIER)}
    query = CLIENT | asked | {"code_challenge_method": "S256"}
    allowed = await client.post("/oidc/authorize", params=query, data={"account": ME, "decision": "allow"})
    code = httpx.URL(allowed.headers["location"]).params["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
    return await client.post("/oidc/token", data=form, auth=("demo-oidc-client", "demo-oidc-secret"))


async def read(client: httpx.AsyncClient, token: str) -> dict[str, Any]:
    described = (await client.get("/oidc/.well-known/openid-configuration")).json()
    keys = jwt.PyJWKSet.from_dict((await client.get(described["jwks_uri"])).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token, key.key, algorithms=["RS256"], audience="demo-oidc-client", issuer=described["issuer"]
    )
    return claims


async def test_an_id_token_is_signed_by_a_published_key(client: httpx.AsyncClient) -> None:
    given = (await tokens(client)).json()
    claims = await read(client, given["id_token"])
    assert (claims["email"], claims["email_verified"], claims["nonce"]) == (ME, True, "n")
    person = await client.get("/oidc/userinfo", headers={"authorization": f"Bearer {given['access_token']}"})
    assert person.json()["sub"] == claims["sub"]


async def test_the_key_before_stays_published(client: httpx.AsyncClient) -> None:
    before = (await tokens(client)).json()["id_token"]
    await client.post("/inspect/oidc/keys/rotate")
    after = (await tokens(client)).json()["id_token"]
    kids = {jwt.get_unverified_header(token)["kid"] for token in (before, after)}
    assert len(kids) == 2
    for token in (before, after):
        assert (await read(client, token))["email"] == ME


async def test_a_code_needs_its_verifier(client: httpx.AsyncClient) -> None:
    refused = await tokens(client, "w" * 43)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_token_may_be_made_to_say_otherwise(client: httpx.AsyncClient) -> None:
    await client.put("/inspect/oidc/claims", json={"email": ME, "claims": {"email": None, "sub": "x"}})
    claims = await read(client, (await tokens(client)).json()["id_token"])
    assert (claims["sub"], "email" in claims) == ("x", False)
