"""Pages that follow what happens outside (X10), say why (X11) and are kind (X12), at phone and desktop width."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import TARO, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.e2e.pages.test_proposing import add_by_hand, fill_guest, move, open_form


async def fill_calendar(people: People, slot: dict[str, Any]) -> None:
    """As taro would in Outlook."""
    async with people.demo.at_sandbox() as sandbox:
        body = {"user": TARO, "start": slot["start"], "end": slot["end"], "subject": "私用", "notify": True}
        answer = await sandbox.post("/inspect/microsoft/events", json=body)
        assert answer.status_code == 200, answer.text


async def open_guest(people: People, width: Width, language: str, made: dict[str, Any]) -> Page:
    page = await people.page(width, language=language)
    await page.goto(made["guest_url"])
    return page


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_x10_a_time_that_a_calendar_fills_leaves_the_open_page(
    people: People, width: Width, language: str
) -> None:
    made = await people.proposal()
    page = await open_guest(people, width, language, made)
    await page.fill("#name", "田中はなこ")
    await page.locator("input[name=slot_id]").nth(1).check()
    await fill_calendar(people, made["slots"][1])
    await expect(page.locator("input[name=slot_id]")).to_have_count(2)
    notice = page.locator("[data-live-notice]")
    await expect(notice).to_contain_text("お選びの" if language == "ja" else "the time you chose")
    await expect(page.locator("#name")).to_have_value("田中はなこ")
    await Looker(page, width, language).look("guest-live-gone")
    seen = (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()
    assert [slot["status"] for slot in seen["slots"]] == ["open", "taken", "open"]


async def test_x10_the_chosen_time_stays_chosen_where_it_still_stands(people: People) -> None:
    made = await people.proposal()
    page = await open_guest(people, "phone", "ja", made)
    await page.locator("input[name=slot_id]").nth(2).check()
    await fill_calendar(people, made["slots"][0])
    await expect(page.locator("input[name=slot_id]")).to_have_count(2)
    await expect(page.locator(f"input[value='{made['slots'][2]['id']}']")).to_be_checked()
    await page.click("text=アポイントメントを確定する")
    await expect(page.locator("h1")).to_have_text("アポイントメントの日時が確定しました")


async def test_x12_staff_see_whether_the_page_was_opened_and_looking_without_a_script_is_none(people: People) -> None:
    made = await people.proposal()
    silent = await people.page("phone", scripts=False)
    await silent.goto(made["guest_url"])
    staff = await people.staff()
    await staff.goto(f"/proposals/{made['id']}")
    await expect(staff.locator("main")).to_contain_text("未開封")
    page = await people.page("phone")
    async with page.expect_response(re.compile("/seen$")):
        await page.goto(made["guest_url"])
    await staff.goto(f"/proposals/{made['id']}")
    await expect(staff.locator("main")).to_contain_text("開封済み")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_x11_pressing_a_busy_time_says_what_takes_it(people: People, width: Width, language: str) -> None:
    made = await people.proposal(slots=1)
    page = await people.staff(width, language=language)
    await page.goto("/proposals/new")
    hold = page.locator(".grid .busy-hold").first
    for _ in range(30):
        await move(page)
        if await hold.count():
            break
    await hold.focus()
    await page.keyboard.press("Enter")
    dialog = page.locator("#explain")
    await expect(dialog).to_contain_text("調整中の日時候補" if language == "ja" else "A proposed time")
    await expect(dialog.locator("a")).to_have_attribute("href", re.compile("/proposals/prp_"))
    await Looker(page, width, language).look("proposal-explain-dialog")
    await people.api.delete(f"/api/v1/proposals/{made['id']}")


async def test_x12_three_free_times_are_suggested_with_one_press_and_more_with_another(people: People) -> None:
    page = await open_form(people, weeks=0)
    for count in (3, 6):
        await page.click("[data-suggest]")
        await expect(page.locator("[data-slots] li")).to_have_count(count)
    lines = [await chip.inner_text() for chip in await page.locator("[data-slots] li .tabular").all()]
    assert len({line.split(")")[0] for line in lines}) == 6
    await expect(page.locator("[data-slots] li.wrong")).to_have_count(0)


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_x12_the_check_page_shows_the_guests_page(people: People, width: Width, language: str) -> None:
    page = await people.staff(width, language=language)
    await page.goto("/proposals/new")
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-to-check]")
    await fill_guest(page)
    await Looker(page, width, language).look("proposal-check")
    await page.click("[data-guest-page]")
    frame = page.frame_locator("#guest-preview iframe")
    await expect(frame.locator("input[name=slot_id]")).to_have_count(1)
    await expect(frame.locator("h1")).to_contain_text("株式会社サンプル")
    dialog = page.locator("#guest-preview")
    await expect(dialog.locator("[data-close]")).to_be_focused()
    await Looker(page, width, language).look("proposal-guest-page-dialog")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await page.click("[data-guest-page]")
    await page.locator("#guest-preview iframe").click()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_x12_the_result_can_be_added_to_a_calendar(people: People) -> None:
    made = await people.confirmed()
    page = await open_guest(people, "phone", "ja", made)
    hrefs = [await link.get_attribute("href") or "" for link in await page.locator(".add-to a").all()]
    assert [href.split("?")[0].rpartition("/")[2] for href in hrefs] == ["invite.ics", "render", "compose"]
    answer = await people.api.get(hrefs[0])
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "METHOD:PUBLISH" in answer.text
    waiting = await people.proposal()
    token = waiting["guest_url"].rpartition("/")[2]
    assert (await people.api.get(f"/g/{token}/invite.ics")).status_code == 303
