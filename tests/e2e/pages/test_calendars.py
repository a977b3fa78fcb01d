"""Choosing calendars (V8): from the page of connections, with and without scripts, on a phone."""

from playwright.async_api import expect

from deploy.demo.busy_entries import PRIVATE_CALENDAR
from tests.e2e.pages.conftest import ADMIN, People
from tests.e2e.pages.test_connections import Newcomers, connect
from tests.e2e.pages.test_connections import newcomers as newcomers
from tests.e2e.pages.test_every_page import Looker
from tests.waiting import eventually

PATH = "/connections/google/calendars"


async def test_v8_a_calendar_is_chosen_on_a_phone_and_counts_from_then_on(newcomers: Newcomers) -> None:
    email = "chooser@example.jp"
    page = await newcomers.page(email)
    calendar = {"account": email, "summary": "私用のとても長い名前のカレンダーで、電話の幅には収まりません"}
    made = (await newcomers.sandbox.post("/inspect/google/calendars", json=calendar)).json()["id"]
    await connect(page, "google", email)
    await page.click("#google >> text=カレンダーの選択")
    await page.wait_for_url(f"**{PATH}")
    await expect(page.locator("input[name=busy]:checked")).to_have_count(1)
    await page.check(f"input[name=busy][value='{made}']")
    await page.check(f"input[name=entries][value='{made}']")
    await page.click("button[type=submit] >> text=保存")
    await expect(page.locator(".notice-ok")).to_have_text("カレンダーの選択を保存しました。")
    await expect(page.locator("input[name=busy]:checked")).to_have_count(2)
    await expect(page.locator(f"input[name=entries][value='{made}']")).to_be_checked()
    await Looker(page, "phone", "ja").look("calendars-chosen")

    async def watched() -> bool:
        channels = (await newcomers.sandbox.get("/inspect/google/channels")).json()["items"]
        return made in {one["calendar"] for one in channels}

    await eventually(watched)


async def test_v8_without_scripts_none_chosen_is_refused_in_words(people: People) -> None:
    page = await people.page("desktop", language="en", scripts=False)
    await page.goto(f"/sign-in?next={PATH}")
    await page.fill("#email", ADMIN)
    await page.fill("#password", dict(people.demo.logins)[ADMIN])
    await page.click("button[type=submit]")
    await expect(page.locator("h1")).to_have_text("Choose calendars")
    await expect(page.locator(".option", has_text=PRIVATE_CALENDAR)).to_have_count(2)
    await page.uncheck("input[name=busy][value=main]")
    await page.click("button[type=submit] >> text=Save")
    await expect(page.locator("#busy-error")).to_have_text("Choose at least one calendar that counts as busy.")


async def test_v8_the_api_names_the_calendars_of_the_caller(people: People) -> None:
    async with people.acting() as admin:
        answer = await admin.get(f"/api/v1{PATH}")
        zoom = await admin.get("/api/v1/connections/zoom/calendars")
    assert [(one["name"], one["busy"], one["entries"]) for one in answer.json()["items"]] == [
        (ADMIN, True, True),
        (PRIVATE_CALENDAR, False, False),
    ]
    assert zoom.status_code == 404
