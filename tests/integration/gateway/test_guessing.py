"""Brute force: how often somebody may guess a password, and a link that nobody sent them (G24)."""

import httpx
import pytest

from services.gateway.store.staff import email_key
from tests.integration.gateway.installation import URL, Installation
from tests.integration.gateway.test_pages import token_of


def from_address(gateway: Installation, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(gateway.app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=URL, headers={"accept-language": "ja", **headers})


@pytest.fixture
def few(gateway: Installation, monkeypatch: pytest.MonkeyPatch, long_minutes: None) -> Installation:
    """Five guesses from one address, and five requests of a guest."""
    monkeypatch.setattr(gateway.parts.limits, "_sign_ins_per_ip", 5)
    monkeypatch.setattr(gateway.parts.limits, "_per_ip", 5)
    return gateway


async def add(gateway: Installation, email: str) -> dict[str, str]:
    """A member of their own, whose guesses lock nobody else out."""
    login = {"email": email, "password": "right-password"}
    (await gateway.admin.post("/api/v1/staff", json={"name": "推測", **login})).raise_for_status()
    return login


async def test_g24_one_address_tries_no_more_accounts_than_people_mistype(few: Installation) -> None:
    login = await add(few, "sprayed@example.jp")
    async with from_address(few, "203.0.113.1") as there, from_address(few, "203.0.113.2") as elsewhere:
        guesses = [{"email": f"nobody-{number}@example.jp", "password": "x"} for number in range(6)]
        codes = [(await there.post("/api/v1/sessions", json=guess)).status_code for guess in guesses]
        assert codes == [401] * 5 + [429]
        refused = await there.post("/api/v1/sessions", json=login)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert int(refused.headers["retry-after"]) > 0
        page = {"csrf_token": await token_of(there, "/sign-in"), **login}
        assert (await there.post("/sign-in", data=page)).status_code == 429
        assert (await elsewhere.post("/api/v1/sessions", json=login)).status_code == 201


async def test_g24_who_signs_in_rightly_uses_up_nothing(few: Installation) -> None:
    login = await add(few, "office@example.jp")
    async with from_address(few, "203.0.113.3") as office:
        for _ in range(7):
            assert (await office.post("/api/v1/sessions", json=login)).status_code == 201
    await few.parts.limits.exchange()
    assert all(count >= 0 for count in few.parts.limits._known.values())


@pytest.mark.usefixtures("long_minutes")
async def test_g24_a_session_that_was_left_open_finds_out_no_password(gateway: Installation) -> None:
    """Its guesses are failed sign-ins of the account, wherever they are made."""
    login = await add(gateway, "left-open@example.jp")
    token = (await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"]
    mine, browser = gateway.client(token), gateway.pages()
    browser.cookies.set("chosei_session", token)
    form = {"csrf_token": await token_of(browser, "/account"), "password": "another-password"}
    body = {"password": "another-password"}
    for number in range(10):
        if number % 2:
            answer = await mine.patch("/api/v1/me", json=body | {"current_password": f"guess-{number}"})
        else:
            answer = await browser.post("/account/password", data=form | {"current_password": f"guess-{number}"})
        assert answer.status_code == 422
    right = {"current_password": login["password"]}
    refused = await mine.patch("/api/v1/me", json=body | right)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    shown = await browser.post("/account/password", data=form | right)
    assert shown.status_code == 429
    assert "回数が多すぎます。" in shown.text
    assert (await gateway.anyone.post("/api/v1/sessions", json=login)).status_code == 429
    names = [row["_id"] for row in await gateway.parts.limits._store.counts.find({}).to_list(None)]
    assert not [name for name in names if email_key(login["email"]) in name]


async def test_g24_links_of_invitations_are_not_tried_one_after_the_other(few: Installation) -> None:
    for address, ask in (
        ("203.0.113.4", lambda client, token: client.get(f"/api/v1/invitations/{token}")),
        ("203.0.113.5", lambda client, token: client.post(f"/api/v1/invitations/{token}", json={"password": "x" * 9})),
        ("203.0.113.6", lambda client, token: client.get(f"/invite/{token}")),
        ("203.0.113.7", lambda client, token: client.post(f"/invite/{token}", data={"password": "x" * 9})),
    ):
        async with from_address(few, address, accept="text/html") as client:
            codes = [(await ask(client, f"guess-{number}")).status_code for number in range(6)]
        assert codes == [404] * 5 + [429]
