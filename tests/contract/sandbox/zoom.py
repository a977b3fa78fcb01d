"""Ways to Zoom in the sandbox: a browser's consent, our own calls, and answers checked with the contract."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.sandbox.oauth import pkce_challenge
from tests.contract.sandbox.contracts import contract

Client = tuple[str, str]
CLIENT: Client = ("demo-zoom-client", "demo-zoom-secret")
ADMIN_CLIENT: Client = ("demo-zoom-admin-client", "demo-zoom-admin-secret")
BACK = "http://127.0.0.1:1/oauth/zoom/callback"
VERIFIER = "v" * 50
_SEVERAL_DAYS = "weekly_days"
"""Zoom's own description of an answer lists single days only, and its text several (facts 1.2)."""


def violations(method: str, url: str, status: int, body: Any) -> list[str]:
    """What an answer of Zoom in the sandbox does that the contract does not know; nothing without contract files."""
    path = _below_mount(url)
    checker = contract("oauth-endpoints" if path.startswith("/oauth") else "zoom-meetings")
    found = [] if checker is None else checker.response(method, path, status, body, strict=True)
    return [item for item in found if _SEVERAL_DAYS not in item]


def request_violations(request: httpx.Request) -> list[str]:
    """What one of our own calls to Zoom's API does that the contract does not know, unknown fields included."""
    checker = contract("zoom-meetings")
    if checker is None:
        return []
    body = json.loads(request.content) if request.content else None
    return checker.request(request.method, _below_mount(str(request.url)), body)


def _below_mount(url: str) -> str:
    return re.sub(r"^.*?/zoom(?=/(v2|oauth)/)", "", url)


@dataclass(frozen=True)
class ZoomUser:
    """One connected person, for our own calls."""

    http: httpx.Client
    tokens: dict[str, Any]

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return self.http.request(method, f"/zoom/v2{path}", json=body, params=query, headers=headers)

    def create(self, **fields: Any) -> httpx.Response:
        return self.call("POST", "/users/me/meetings", {"topic": "打ち合わせ", "type": 2} | fields)


def http_client(base_url: str) -> httpx.Client:
    return httpx.Client(base_url=base_url, trust_env=False, event_hooks={"response": [_check_zoom]})


def _check_zoom(answer: httpx.Response) -> None:
    path = _below_mount(str(answer.request.url))
    if not path.startswith(("/v2/", "/oauth/token")):
        return
    answer.read()
    body = answer.json() if answer.content else None
    assert violations(answer.request.method, path, answer.status_code, body) == []
    if path.startswith("/v2/") and answer.is_success:
        assert request_violations(answer.request) == []


def consent(http: httpx.Client, email: str, decision: str = "allow", client: Client = CLIENT) -> dict[str, str]:
    """The parameters that come back to the redirect URI when a person decides on Zoom's page."""
    answer = decide(http, email, decision, client)
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def decide(http: httpx.Client, email: str, decision: str, client: Client = CLIENT) -> httpx.Response:
    query = {
        "response_type": "code",
        "client_id": client[0],
        "redirect_uri": BACK,
        "state": "s-1",
        "code_challenge": pkce_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    return http.post("/zoom/oauth/authorize", params=query, data={"account": email, "decision": decision})


def token(http: httpx.Client, client: Client = CLIENT, **form: str) -> httpx.Response:
    return http.post("/zoom/oauth/token", data=form, auth=client)


def connect(http: httpx.Client, email: str, client: Client = CLIENT) -> ZoomUser:
    code = consent(http, email, client=client)["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    answer = token(http, client, **form)
    assert answer.status_code == 200, answer.text
    return ZoomUser(http, answer.json())
