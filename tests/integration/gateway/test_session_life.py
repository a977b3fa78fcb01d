"""How a session begins, how long it lasts, and what ends it."""

from datetime import timedelta

import httpx
import pytest

from services.gateway.model import Role
from shared import clock
from shared.crypto import token_hash
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

TARO = "taro@example.jp"
LOGIN = {"email": TARO, "password": "demo-taro"}


async def sign_in(gateway: Installation) -> str:
    """A session beside the one that all tests share."""
    token: str = (await gateway.anyone.post("/api/v1/sessions", json=LOGIN)).raise_for_status().json()["token"]
    return token


async def with_times(gateway: Installation, token: str, **ago: timedelta) -> None:
    times = {name: clock.real_now() - since for name, since in ago.items()}
    await gateway.parts.sessions.sessions.update_one({"_id": token_hash(token)}, {"$set": times})


async def is_known(gateway: Installation, token: str) -> bool:
    return (await gateway.client(token).get("/api/v1/me")).status_code == 200


async def sent_from_a_browser(gateway: Installation, brought: str) -> httpx.Response:
    """Signing in on the page with a cookie that somebody put into this browser."""
    browser = gateway.pages()
    form = {"csrf_token": await token_of(browser, "/sign-in"), **LOGIN}
    browser.cookies.set("chosei_session", brought, domain="gateway.test", path="/")
    return await browser.post("/sign-in", data=form)


async def test_signing_in_makes_a_session_of_its_own_whatever_the_browser_brought(gateway: Installation) -> None:
    """A token that somebody chose never becomes one; one that they knew is over."""
    for brought in ("chosen-by-somebody-else", await sign_in(gateway)):
        answer = await sent_from_a_browser(gateway, brought)
        made = answer.cookies["chosei_session"]
        assert made != brought
        assert await is_known(gateway, made)
        assert not await is_known(gateway, brought)


async def test_a_visit_from_before_signing_in_opens_no_form_after_it(gateway: Installation) -> None:
    """Tokens of forms belong to the session, not to the browser."""
    browser = gateway.pages()
    before = await token_of(browser, "/sign-in")
    await browser.post("/sign-in", data={"csrf_token": before, **LOGIN})
    assert (await browser.get("/account")).status_code == 200
    assert (await browser.post("/account/forget", data={"csrf_token": before})).status_code == 403


@pytest.mark.parametrize(
    ("began", "ends_in", "lives"),
    [
        (timedelta(days=1), timedelta(seconds=-1), False),
        (timedelta(days=89), timedelta(days=1), True),
        (timedelta(days=91), timedelta(days=20), False),
    ],
    ids=["unused", "used", "too-old"],
)
async def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(
    gateway: Installation, began: timedelta, ends_in: timedelta, lives: bool
) -> None:
    token = await sign_in(gateway)
    await with_times(gateway, token, began_at=began, expires_at=-ends_in)
    assert await is_known(gateway, token) is lives
    browser = gateway.pages()
    browser.cookies.set("chosei_session", token)
    assert (await browser.get("/account")).status_code == (200 if lives else 303)


async def test_use_prolongs_a_session_and_never_beyond_its_longest(gateway: Installation) -> None:
    for began, most in ((timedelta(days=10), timedelta(days=30)), (timedelta(days=80), timedelta(days=10))):
        token = await sign_in(gateway)
        await with_times(gateway, token, began_at=began, expires_at=timedelta(days=-3))
        assert await is_known(gateway, token)
        row = await gateway.parts.sessions.sessions.find_one({"_id": token_hash(token)})
        assert row is not None
        left = row["expires_at"] - clock.real_now()
        assert most - timedelta(hours=1) < left <= most


async def test_a_role_that_was_taken_away_counts_no_more_in_sessions_that_go_on(gateway: Installation) -> None:
    staff, token = gateway.ids[TARO], await sign_in(gateway)
    await gateway.parts.staff.staff.update_one({"_id": staff}, {"$set": {"role": Role.ADMIN.value}})
    assert (await gateway.client(token).get("/api/v1/api-keys")).status_code == 200
    await gateway.parts.staff.staff.update_one({"_id": staff}, {"$set": {"role": Role.MEMBER.value}})
    assert (await gateway.client(token).get("/api/v1/api-keys")).status_code == 403


async def test_a_token_that_signed_out_opens_nothing_wherever_it_was_copied_to(gateway: Installation) -> None:
    token = await sign_in(gateway)
    browser = gateway.pages()
    browser.cookies.set("chosei_session", token)
    await browser.post("/sign-out", data={"csrf_token": await token_of(browser, "/account")})
    assert not await is_known(gateway, token)
