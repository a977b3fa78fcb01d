"""The sandbox in process: what is kept over a restart, the call log, accounts and the sign-in page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from deploy.sandbox.app import build_app
from deploy.sandbox.mail.store import Mailbox
from deploy.sandbox.settings import SandboxSettings
from shared import clock

AUTHORIZE = {
    "response_type": "code",
    "client_id": "demo-zoom-client",
    "redirect_uri": "http://localhost:8000/oauth/zoom/callback",
    "state": "s",
}


@asynccontextmanager
async def _running(settings: SandboxSettings | None = None) -> AsyncIterator[httpx.AsyncClient]:
    app = build_app(settings or SandboxSettings())
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        yield client


async def test_accounts_tokens_and_mails_outlive_a_restart(tmp_path: Path) -> None:
    settings = SandboxSettings(state_file=tmp_path / "state")
    app = build_app(settings)
    async with app.router.lifespan_context(app):
        app.state.world.state(Mailbox).take(b"Subject: S\r\n\r\nx", "a@example.jp", ["b@example.jp"], clock.now())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://s") as client:
            await client.post("/inspect/accounts", json={"email": "new@example.jp", "providers": ["zoom"]})
            form = {"account": "new@example.jp", "decision": "allow"}
            allowed = await client.post("/zoom/oauth/authorize", params=AUTHORIZE, data=form)
    code = httpx.URL(allowed.headers["location"]).params["code"]

    async with _running(settings) as client:
        mails = (await client.get("/inspect/mails", params={"to": "b@example.jp"})).json()["items"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": AUTHORIZE["redirect_uri"]}
        token = await client.post("/zoom/oauth/token", data=form, auth=("demo-zoom-client", "demo-zoom-secret"))

    assert [mail["subject"] for mail in mails] == ["S"]
    assert token.status_code == 200


async def test_a_state_that_cannot_be_read_is_left_aside(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"not a state")
    async with _running(SandboxSettings(state_file=tmp_path / "state")) as client:
        accounts = (await client.get("/inspect/accounts")).json()["items"]

    assert {account["email"] for account in accounts} == {"admin@example.jp", "taro@example.jp"}


async def test_calls_to_providers_are_logged_and_others_are_not() -> None:
    async with _running() as client:
        await client.get("/zoom/v2/users/me")
        await client.get("/mailbox")
        (call,) = (await client.get("/inspect/calls")).json()["items"]

    assert (call["provider"], call["method"], call["path"], call["status"]) == ("zoom", "GET", "/v2/users/me", 401)


async def test_an_account_can_be_added_for_all_providers() -> None:
    async with _running() as client:
        added = (await client.post("/inspect/accounts", json={"email": "new@example.jp", "name": "新人"})).json()
        wrong = await client.post("/inspect/accounts", json={"email": "nobody"})

    assert [account["provider"] for account in added["items"]] == ["zoom", "google", "microsoft"]
    assert wrong.status_code == 422


async def test_the_sign_in_page_preselects_the_hinted_account_and_escapes_names() -> None:
    async with _running() as client:
        person = {"email": "x@example.jp", "name": "<b>X</b>", "provider": "zoom"}
        await client.post("/inspect/accounts", json=person)
        page = await client.get("/zoom/oauth/authorize", params=AUTHORIZE | {"login_hint": "taro@example.jp"})

    assert 'value="taro@example.jp" required checked' in page.text
    assert 'value="admin@example.jp" required>' in page.text
    assert "&lt;b&gt;X" in page.text


async def test_a_sign_in_that_would_lead_elsewhere_is_refused_on_the_page() -> None:
    async with _running() as client:
        answers = [
            (await client.get("/zoom/oauth/authorize", params=AUTHORIZE | wrong)).status_code
            for wrong in ({"redirect_uri": "http://evil.example/x"}, {"client_id": "x"}, {"response_type": "token"})
        ]

    assert answers == [400, 400, 400]


async def test_an_app_that_is_not_approved_never_comes_back() -> None:
    async with _running() as client:
        await client.post("/inspect/accounts", json={"email": "x@example.jp", "provider": "zoom", "approved": False})
        form = {"account": "x@example.jp", "decision": "allow"}
        answer = await client.post("/zoom/oauth/authorize", params=AUTHORIZE, data=form)

    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_moving_by_hand_a_meeting_that_is_not_there_is_answered_200_with_zooms_error() -> None:
    async with _running() as client:
        moved = await client.post("/inspect/zoom/meetings/1/move", json={"start": "2030-01-01T10:00:00+09:00"})

    assert (moved.status_code, moved.json()) == (200, {"code": 3001, "message": "Meeting does not exist: 1."})


async def test_what_is_malformed_is_unprocessable_wherever_inspect_takes_a_body() -> None:
    said: dict[str, set[int]] = {}
    async with _running() as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
        for path, methods in paths.items():
            for method in [name for name, described in methods.items() if "requestBody" in described]:
                for body in (b"{", b"[]", b'"x"', b"\xff"):
                    answer = await client.request(
                        method, path, content=body, headers={"content-type": "application/json"}
                    )
                    said.setdefault(path, set()).add(answer.status_code)

    assert len([path for path in said if path.startswith("/inspect/")]) > 20
    assert {path: found for path, found in said.items() if found != {422}} == {}
