"""A staff member's own language and time zone: chosen on the account page or by the API, and used by all pages."""

import httpx
import pytest

from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of


@pytest.fixture
async def member(gateway: Installation) -> dict[str, str]:
    login = {"email": "abroad@example.jp", "password": "abroad-abroad"}
    added = await gateway.admin.post("/api/v1/staff", json={"name": "外国 花子", **login})
    assert added.status_code in (201, 409), added.text
    return login


async def sign_in(gateway: Installation, login: dict[str, str]) -> tuple[httpx.AsyncClient, httpx.Response]:
    """In a browser that asks for Japanese and was never here."""
    page = gateway.pages()
    answer = await page.post("/sign-in", data={**login, "csrf_token": await token_of(page, "/sign-in")})
    assert answer.status_code == 303, answer.text
    return page, answer


async def save(page: httpx.AsyncClient, **changes: str) -> httpx.Response:
    shown = (await page.get("/account")).text
    version = shown.partition('name="version" value="')[2].partition('"')[0]
    form = {"name": "外国 花子", "csrf_token": await token_of(page, "/account"), "version": version, **changes}
    answer = await page.post("/account", data=form)
    assert answer.headers["location"] == "/account?said=saved", answer.text
    return answer


async def test_the_language_that_was_chosen_is_used_wherever_one_signs_in(
    gateway: Installation, member: dict[str, str]
) -> None:
    page, first = await sign_in(gateway, member)
    assert "lang=" not in str(first.headers.get_list("set-cookie"))
    await save(page, locale="en")
    other, _ = await sign_in(gateway, member)
    assert '<html lang="en">' in (await other.get("/account")).text
    assert '<html lang="ja">' in (await other.get("/account?lang=ja")).text
    await save(other, locale="")
    third, _ = await sign_in(gateway, member)
    assert '<html lang="ja">' in (await third.get("/account")).text
    assert '<html lang="ja">' in (await other.get("/account")).text


async def test_the_zone_that_was_chosen_is_used_by_pages_and_named(
    gateway: Installation, member: dict[str, str]
) -> None:
    page, _ = await sign_in(gateway, member)
    assert '"zone": "Asia/Tokyo"' in (await page.get("/proposals/new")).text
    await save(page, time_zone="America/New_York")
    assert '"zone": "America/New_York"' in (await page.get("/proposals/new")).text
    assert "アメリカ東部時間" in (await page.get("/members")).text
    await save(page, time_zone="Asia/Kathmandu")
    assert '"zone": "Asia/Tokyo"' in (await page.get("/proposals/new")).text
    await save(page, time_zone="")
    assert "other-zone" not in (await page.get("/members")).text


async def test_the_api_says_what_was_chosen_and_an_administrators_word_chooses_nothing(
    gateway: Installation, member: dict[str, str]
) -> None:
    session = (await gateway.anyone.post("/api/v1/sessions", json=member)).json()
    mine = gateway.client(session["token"])
    await mine.patch("/api/v1/me", json={"language_chosen": False, "zone_chosen": False})
    await gateway.admin.patch(f"/api/v1/staff/{session['staff']['id']}", json={"time_zone": "Europe/Paris"})
    known = (await mine.get("/api/v1/me")).json()
    assert (known["time_zone"], known["zone_chosen"]) == ("Europe/Paris", False)
    chosen = (await mine.patch("/api/v1/me", json={"time_zone": "Europe/Berlin", "locale": "en"})).json()
    assert (chosen["zone_chosen"], chosen["language_chosen"]) == (True, True)
