"""A staff member chooses a language and a time zone on the account page; pages use both in every browser."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import TOKYO, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.e2e.pages.test_proposing import move


async def add_member(people: People, email: str) -> None:
    async with people.acting() as api:
        body = {"name": "外国 花子", "email": email, "password": "abroad-abroad"}
        (await api.post("/api/v1/staff", json=body)).raise_for_status()


async def sign_in(people: People, width: Width, language: str, email: str) -> Page:
    """In a browser that was never here and asks for ``language``."""
    page = await people.page(width, language=language)
    await page.goto("/sign-in")
    await page.fill("#email", email)
    await page.fill("#password", "abroad-abroad")
    await page.click("button[type=submit]")
    await page.wait_for_url("**/proposals")
    return page


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_pages_use_the_language_and_zone_that_were_chosen(people: People, width: Width, language: str) -> None:
    email, other = f"abroad-{width}-{language}@example.jp", "en" if language == "ja" else "ja"
    await add_member(people, email)
    page = await sign_in(people, width, language, email)
    await page.goto("/account")
    await expect(page.locator("#locale")).to_have_value("")
    await expect(page.locator("#time_zone")).to_have_value("")
    await page.select_option("#time_zone", "America/New_York")
    await page.click("main button[type=submit] >> nth=0")
    await page.wait_for_url("**/account?said=saved")
    await Looker(page, width, language).look("account-own-zone")
    await page.goto("/proposals/new")
    await expect(page.locator("[data-legend] li")).to_have_count(1)
    await Looker(page, width, language).look("proposal-new-own-zone")
    named = page.locator(".calendar-bar p", has_text=re.compile(r"GMT-[45]"))
    await expect(named).to_have_count(1)
    await page.goto("/account")
    await page.select_option("#locale", other)
    await page.click("main button[type=submit] >> nth=0")
    await page.wait_for_url("**/account?said=saved")
    assert await page.get_attribute("html", "lang") == other
    elsewhere = await sign_in(people, width, language, email)
    assert await elsewhere.get_attribute("html", "lang") == other
    await elsewhere.locator(f".languages a[hreflang={language}]").click()
    await expect(elsewhere.locator("html")).to_have_attribute("lang", language)


async def test_x12_public_holidays_and_suggestions_are_of_the_organizations_days(people: People) -> None:
    await add_member(people, "abroad-holidays@example.jp")
    page = await sign_in(people, "desktop", "ja", "abroad-holidays@example.jp")
    await page.goto("/account")
    await page.select_option("#time_zone", "America/New_York")
    await page.click("main button[type=submit] >> nth=0")
    await page.wait_for_url("**/account?said=saved")
    await page.goto("/proposals/new")
    async with page.expect_request("**/calendar/suggestions?*") as asked:
        await page.click("[data-suggest]")
    since = parse_qs(urlsplit((await asked.value).url).query)["from"][0]
    assert f"{datetime.fromisoformat(since).astimezone(TOKYO):%H:%M}" == "00:00"
    for _ in range(14):
        if await page.locator(".grid .holiday").count():
            break
        await move(page)
    measured = "all => all.map((one) => [one.getBoundingClientRect(), one.innerText.replaceAll('\\n', '')])"
    shaded = [box for box, _ in await page.locator(".grid .holiday").evaluate_all(measured)]
    (column, _), *_ = await page.locator(".grid .day").evaluate_all(measured)
    assert shaded
    assert all(box["height"] < 0.95 * column["height"] for box in shaded)
    names = await page.evaluate("Object.values(JSON.parse(document.getElementById('page-data').textContent).holidays)")
    for head, words in await page.locator(".grid [role=columnheader]").evaluate_all(measured):
        within = [box for box in shaded if head["left"] <= (box["left"] + box["right"]) / 2 < head["right"]]
        assert any(name in words for name in names) == bool(within), words
