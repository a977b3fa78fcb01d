"""A sandbox in this process with one person signed in at a provider; its quotas are switched off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.app import build_app
from deploy.sandbox.settings import SandboxSettings

ME, COLLEAGUE = "me@example.jp", "colleague@example.jp"
REDIRECT = "http://localhost:8000/oauth/callback"
NO_LIMITS = {"user_limit_per_minute": 0, "project_limit_per_minute": 0, "requests_per_ten_minutes": 0}
_PATHS = {
    Provider.GOOGLE: ("/google/o/oauth2/v2/auth", "/google/token", "https://www.googleapis.com/auth/calendar"),
    Provider.MICROSOFT: (
        "/microsoft/common/oauth2/v2.0/authorize",
        "/microsoft/common/oauth2/v2.0/token",
        "offline_access User.Read Calendars.ReadWrite",
    ),
}


@asynccontextmanager
async def signed_in(provider: Provider, state_file: Path | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client that carries the person's token; ``ME`` and ``COLLEAGUE`` have accounts."""
    app = build_app(SandboxSettings(state_file=state_file))
    for email in (ME, COLLEAGUE):
        app.state.world.accounts.add(Account(provider=provider, email=email))
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        client.headers["Authorization"] = f"Bearer {await _token(client, provider)}"
        await client.put(f"/inspect/{provider}/settings", json=NO_LIMITS)
        yield client


async def _token(client: httpx.AsyncClient, provider: Provider) -> str:
    authorize, token, scope = _PATHS[provider]
    app = {"client_id": f"demo-{provider}-client", "redirect_uri": REDIRECT}
    form = {"account": ME, "decision": "allow", "scope": scope}
    query = app | {"response_type": "code", "scope": scope, "access_type": "offline"}
    allowed = await client.post(authorize, params=query, data=form)
    code = httpx.URL(allowed.headers["location"]).params["code"]
    redeemed = app | {"grant_type": "authorization_code", "code": code, "client_secret": f"demo-{provider}-secret"}
    return str((await client.post(token, data=redeemed)).json()["access_token"])
