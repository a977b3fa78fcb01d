"""Connects an account as its owner's browser would: from the gateway to the provider's consent page and back."""

from urllib.parse import urljoin

import httpx


async def connect(client: httpx.AsyncClient, provider: str, email: str) -> httpx.Response:
    """Walk the authorization code flow; ``client`` is signed in at the gateway and keeps its cookies."""
    begun = await client.post(f"/api/v1/connections/{provider}/authorize")
    if begun.is_error:
        return begun
    page = str(begun.json()["authorize_url"])
    shown = await _without_login(client, "GET", page)
    if shown.is_error:
        return shown
    decided = await _without_login(client, "POST", page, {"account": email, "decision": "allow"})
    if not decided.has_redirect_location:
        return decided
    return await client.get(urljoin(page, decided.headers["location"]), follow_redirects=True)


async def _without_login(
    client: httpx.AsyncClient, method: str, url: str, form: dict[str, str] | None = None
) -> httpx.Response:
    """A provider must not see our token; a browser would not send it either."""
    request = client.build_request(method, url, data=form)
    request.headers.pop("Authorization", None)
    request.headers.pop("Cookie", None)
    return await client.send(request, follow_redirects=False)
