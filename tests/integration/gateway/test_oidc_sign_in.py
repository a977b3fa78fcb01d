"""Signing in at the sandbox's OpenID Connect provider (X8): who gets in, as whom, what a browser must bring."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from structlog.testing import capture_logs

from deploy.demo.accounts import MEMBER
from deploy.demo.mongodb import MongoDB
from services.gateway.settings import Settings
from tests.infrastructure.broker import Broker
from tests.infrastructure.database import own_database
from tests.infrastructure.sandbox import Sandbox
from tests.integration.gateway.installation import Installation, installed

TARO = MEMBER.email


@pytest.fixture(scope="module")
async def with_oidc(mongod: MongoDB, gateway_broker: Broker, sandbox: Sandbox) -> AsyncIterator[Installation]:
    settings = {
        "oidc_issuer": f"{sandbox.base_url}/oidc",
        "oidc_client_id": "demo-oidc-client",
        "oidc_client_secret": "demo-oidc-secret",
        "public_url": "http://localhost:8000",
    }
    async with own_database(mongod) as url, installed(url, gateway_broker.url("gateway"), **settings) as made:
        yield made


@pytest.fixture
async def office(with_oidc: Installation) -> Installation:
    with_oidc.services.reset()
    assert with_oidc.parts.oidc
    with_oidc.parts.oidc._keys = None
    for email in (TARO, "admin@example.jp"):
        await with_oidc.parts.identities.unlink(with_oidc.ids[email])
    return with_oidc


@pytest.fixture
async def outside(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.base_url) as client:
        yield client
        await says(client)


async def says(outside: httpx.AsyncClient, **claims: Any) -> None:
    """Of Taro's account, in place of what is so."""
    (await outside.put("/inspect/oidc/claims", json={"email": TARO, "claims": claims})).raise_for_status()


async def there(browser: httpx.AsyncClient, outside: httpx.AsyncClient, email: str = TARO, **form: str) -> str:
    """From our link to the provider's page and its way back to us."""
    left = await browser.get("/sign-in/oidc?next=/today")
    assert left.status_code == 303
    decided = await outside.post(left.headers["location"], data={"account": email, "decision": "allow", **form})
    back = urlsplit(decided.headers["location"])
    return f"{back.path}?{back.query}"


async def test_the_button_is_there_only_where_it_leads_somewhere(office: Installation, gateway: Installation) -> None:
    assert "会社のアカウントでサインイン" in (await office.pages().get("/sign-in")).text
    assert 'href="/sign-in/oidc' not in (await gateway.pages().get("/sign-in")).text
    for path in ("/sign-in/oidc", "/oauth/oidc/callback", "/sign-in/oidc/out"):
        assert (await gateway.pages().get(path)).status_code == 404


async def test_a_member_signs_in_and_is_led_on(office: Installation, outside: httpx.AsyncClient) -> None:
    browser = office.pages()
    came = await browser.get(await there(browser, outside))
    assert (came.status_code, came.headers["location"]) == (303, "/today")
    assert (await browser.get("/api/v1/me")).json()["email"] == TARO
    row = await office.parts.identities.identities.find_one({"staff_id": office.ids[TARO]})
    assert row is not None


async def test_who_was_linked_gets_in_under_another_address_and_nobody_else_does(
    office: Installation, outside: httpx.AsyncClient
) -> None:
    browser = office.pages()
    await browser.get(await there(browser, outside))
    await says(outside, email_verified=False, email="married@example.jp")
    again = office.pages()
    assert (await again.get(await there(again, outside))).status_code == 303
    await says(outside, sub="somebody-new-with-the-same-address")
    third = office.pages()
    refused = await third.get(await there(third, outside))
    assert refused.status_code == 403
    assert "別の会社のアカウントと結び付いています" in refused.text
    taro = f"/api/v1/staff/{office.ids[TARO]}/identity"
    assert (await office.taro.delete(taro)).status_code == 403
    assert (await office.admin.delete(taro)).status_code == 204
    fourth = office.pages()
    assert (await fourth.get(await there(fourth, outside))).status_code == 303


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email_verified": False}, "確認済みでない"),
        ({"email": "nobody-here@example.jp"}, "ここでは使えません"),
        ({"email": "other@example.com"}, "ここでは使えません"),
        ({"email": "ｔａｒｏ@example.jp"}, "ここでは使えません"),
        ({"nonce": "another"}, "サインインできませんでした"),
        ({"aud": "another"}, "サインインできませんでした"),
        ({"exp": 1}, "サインインできませんでした"),
    ],
)
async def test_who_is_not_ours_or_not_vouched_for_reads_why(
    office: Installation, outside: httpx.AsyncClient, claims: dict[str, Any], words: str
) -> None:
    browser = office.pages()
    await says(outside, **claims)
    refused = await browser.get(await there(browser, outside))
    assert refused.status_code == 403
    assert words in refused.text
    assert 'type="password"' in refused.text
    assert (await browser.get("/account")).status_code == 303
    english = office.pages()
    english.headers["accept-language"] = "en"
    assert "company account" in (await english.get(await there(english, outside))).text


async def test_a_disabled_member_stays_out_also_when_linked(office: Installation, outside: httpx.AsyncClient) -> None:
    browser, staff = office.pages(), office.parts.staff.staff
    for _ in range(2):
        await staff.update_one({"_id": office.ids[TARO]}, {"$set": {"disabled": True}})
        try:
            assert (await browser.get(await there(browser, outside))).status_code == 403
        finally:
            await staff.update_one({"_id": office.ids[TARO]}, {"$set": {"disabled": False}})
        await office.parts.oidc_sign_in._identities.link(await subject_of(office, outside), office.ids[TARO])


async def subject_of(office: Installation, outside: httpx.AsyncClient) -> Any:
    from services.gateway.store.identities import Subject

    accounts = (await outside.get("/inspect/accounts", params={"provider": "oidc"})).json()["items"]
    return Subject(office.parts.settings.oidc_issuer, next(one["id"] for one in accounts if one["email"] == TARO))


async def test_the_way_back_works_only_in_the_browser_that_left_and_once(
    office: Installation, outside: httpx.AsyncClient
) -> None:
    browser, stranger = office.pages(), office.pages()
    back = await there(browser, outside)
    for path in (back, "/oauth/oidc/callback", "/oauth/oidc/callback?state=x&code=y"):
        refused = await stranger.get(path)
        assert (refused.status_code, "もう一度お試しください" in refused.text) == (400, True)
    other = await there(stranger, outside, "admin@example.jp")
    assert (await browser.get(other)).status_code == 400
    assert (await browser.get(back)).status_code == 400, "dropped by the try before"
    assert (await stranger.get(other)).status_code == 303
    assert (await stranger.get(other)).status_code == 400


async def test_head_does_not_use_up_the_code(office: Installation, outside: httpx.AsyncClient) -> None:
    browser = office.pages()
    back = await there(browser, outside)
    assert (await browser.head(back)).status_code == 405
    assert (await browser.get(back)).status_code == 303


async def test_signing_in_is_a_new_session_and_ends_the_one_before(
    office: Installation, outside: httpx.AsyncClient
) -> None:
    fresh = await office.anyone.post("/api/v1/sessions", json={"email": "admin@example.jp", "password": "demo-admin"})
    before = fresh.json()["token"]
    browser = office.pages()
    browser.cookies.set("chosei_session", before, domain="gateway.test", path="/")
    await browser.get(await there(browser, outside))
    assert browser.cookies.get("chosei_session", domain="gateway.test") != before
    assert (await browser.get("/api/v1/me")).json()["email"] == TARO
    assert (await office.client(before).get("/api/v1/me")).status_code == 401


async def test_who_cancels_there_reads_so_here(office: Installation, outside: httpx.AsyncClient) -> None:
    browser = office.pages()
    refused = await browser.get(await there(browser, outside, decision="deny"))
    assert (refused.status_code, "取り消されました" in refused.text) == (403, True)


async def test_while_it_is_away_passwords_go_on(office: Installation, outside: httpx.AsyncClient) -> None:
    browser = office.pages()
    back = await there(browser, outside)
    rule = {"provider": "oidc", "path": "/token", "kind": "status", "status": 503}
    await outside.put("/inspect/faults", json={"rules": [rule]})
    try:
        away = await browser.get(back)
    finally:
        await outside.put("/inspect/faults", json={"rules": []})
    assert away.status_code == 503
    assert "パスワードでサインイン" in away.text


async def test_the_providers_keys_may_change_at_any_time(
    office: Installation, outside: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        browser = office.pages()
        monkeypatch.setattr("services.gateway.providers.oidc._ASK_AGAIN_AFTER", timedelta(0))
        assert (await browser.get(await there(browser, outside))).status_code == 303
        await outside.post("/inspect/oidc/keys/rotate")


async def test_signing_out_offers_to_sign_out_there_too(office: Installation, outside: httpx.AsyncClient) -> None:
    browser = office.pages()
    await browser.get(await there(browser, outside))
    account = (await browser.get("/account")).text
    token = account.partition('name="csrf_token" value="')[2].partition('"')[0]
    out = await browser.post("/sign-out", data={"csrf_token": token})
    assert out.headers["location"] == "/sign-in?out=oidc"
    assert "会社のアカウントからもサインアウトする" in (await browser.get("/sign-in?out=oidc")).text
    leads = urlsplit((await browser.get("/sign-in/oidc/out")).headers["location"])
    assert leads.path == "/oidc/logout"
    assert parse_qs(leads.query)["post_logout_redirect_uri"] == ["http://localhost:8000/sign-in"]


async def test_strangers_become_members_only_where_that_is_configured(
    office: Installation, outside: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.parts.oidc_sign_in, "_creates", True)
    await says(outside, sub="new-1", email="newcomer@example.jp", name="新入 社員")
    browser = office.pages()
    assert (await browser.get(await there(browser, outside))).status_code == 303
    me = (await browser.get("/api/v1/me")).json()
    assert (me["email"], me["name"], me["role"]) == ("newcomer@example.jp", "新入 社員", "member")
    await says(outside, sub="new-2", email="other@example.com", name="Otto")
    stranger = office.pages()
    assert (await stranger.get(await there(stranger, outside))).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_it_leads_on_to_our_own_pages_only(office: Installation, outside: httpx.AsyncClient, target: str) -> None:
    browser = office.pages()
    left = await browser.get("/sign-in/oidc", params={"next": target})
    decided = await outside.post(left.headers["location"], data={"account": TARO, "decision": "allow"})
    back = urlsplit(decided.headers["location"])
    assert (await browser.get(f"{back.path}?{back.query}")).headers["location"] == "/proposals"


async def test_g23_neither_codes_nor_tokens_nor_addresses_are_logged(
    office: Installation, outside: httpx.AsyncClient
) -> None:
    browser = office.pages()
    with capture_logs() as logs:
        back = await there(browser, outside)
        await browser.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    said = str(logs)
    assert "oidc.signed_in" in said
    assert not [word for word in (code, TARO, browser.cookies["chosei_session"]) if word in said]


def test_the_secret_does_not_show(office: Installation) -> None:
    settings: Settings = office.parts.settings
    assert "demo-oidc-secret" not in repr(settings)
