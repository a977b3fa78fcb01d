"""An app that no administrator approved: Microsoft says so on its page, to the app, and at the token endpoint."""

from pathlib import Path

import httpx
import pytest

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.app import build_app
from deploy.sandbox.settings import SandboxSettings

ME, BACK = "me@example.jp", "http://127.0.0.1:8000/oauth/callback"
AUTHORIZE = {
    Provider.ZOOM: "/zoom/oauth/authorize",
    Provider.MICROSOFT: "/microsoft/common/oauth2/v2.0/authorize",
}


def a_sandbox(tmp_path: Path, *, approved: bool) -> httpx.AsyncClient:
    app = build_app(SandboxSettings(state_file=tmp_path / "state"))
    for provider in AUTHORIZE:
        app.state.world.accounts.add(Account(provider=provider, email=ME, approved=approved))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://s")


async def allow(client: httpx.AsyncClient, provider: Provider) -> httpx.Response:
    query = {"client_id": f"demo-{provider}-client", "redirect_uri": BACK, "response_type": "code", "state": "st"}
    return await client.post(AUTHORIZE[provider], params=query, data={"account": ME, "decision": "allow"})


@pytest.mark.parametrize(("provider", "leads_back"), [(Provider.ZOOM, False), (Provider.MICROSOFT, True)])
async def test_an_unapproved_app_stops_at_the_providers_own_page(
    tmp_path: Path, provider: Provider, leads_back: bool
) -> None:
    async with a_sandbox(tmp_path, approved=False) as client:
        page = await allow(client, provider)
    assert page.status_code == 400
    assert ("error=access_denied&amp;error_description=AADSTS90094" in page.text) == leads_back
    assert ("state=st" in page.text) == leads_back


async def test_consent_that_was_taken_away_is_missing_at_the_token_endpoint(tmp_path: Path) -> None:
    async with a_sandbox(tmp_path, approved=True) as client:
        code = httpx.URL((await allow(client, Provider.MICROSOFT)).headers["location"]).params["code"]
        await client.post("/inspect/accounts", json={"email": ME, "provider": "microsoft", "approved": False})
        form = {
            "client_id": "demo-microsoft-client",
            "client_secret": "demo-microsoft-secret",
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
        }
        refused = await client.post("/microsoft/common/oauth2/v2.0/token", data=form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert refused.json()["error_description"].startswith("AADSTS65001")
