"""The guest's page on a phone: with scripts, without them, and when things changed meanwhile (R22-R24, G7)."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import People

CONFIRM = "アポイントメントを確定する"
HEADING = "アポイントメントの日時が確定しました"


async def choose(page: Page, number: int = 0) -> None:
    await page.locator("input[name=slot_id]").nth(number).check()


async def test_a_guest_confirms_without_scripts(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    await choose(page, 1)
    await page.click(f"text={CONFIRM}")
    await expect(page.locator("h1")).to_have_text(HEADING)
    assert (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()["status"] == "confirmed"


async def test_a_guest_confirms_with_scripts_and_sees_the_link_come(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone")
    await page.goto(made["guest_url"])
    await choose(page)
    await page.click(f"text={CONFIRM}")
    await expect(page.locator("h1")).to_have_text(HEADING)
    await expect(page.locator("#meeting-id")).to_have_text(re.compile(r"^\d{9,11}$"))
    await expect(page.locator("#passcode")).not_to_be_empty()


async def test_opening_the_page_again_shows_what_was_confirmed(people: People) -> None:
    made = await people.confirmed()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    await expect(page.locator("h1")).to_have_text(HEADING)
    await expect(page.locator("input[name=slot_id]")).to_have_count(0)


async def test_g07_opening_the_page_changes_nothing(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    for _ in range(2):
        await page.goto(made["guest_url"])
    seen = (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()
    assert (seen["status"], seen["version"] >= made["version"], len(seen["slots"])) == ("open", True, 3)


async def test_the_browsers_zone_is_shown_and_what_was_typed_stays_when_it_is_switched(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", language="en", zone="America/New_York")
    await page.goto(made["guest_url"])
    await expect(page.locator("[data-zone]")).to_have_value("America/New_York")
    await expect(page.locator(".choice-time").first).to_have_text(re.compile("^(23:00 – |00:00 – )"))
    await page.fill("#name", "Hanako Tanaka")
    await choose(page, 1)
    await page.select_option("[data-zone]", "Asia/Tokyo")
    await expect(page.locator(".choice-time").first).to_have_text("13:00 – 14:00")
    await expect(page.locator("#name")).to_have_value("Hanako Tanaka")
    await expect(page.locator("input[name=slot_id]").nth(1)).to_be_checked()


async def test_the_zone_is_switched_without_scripts(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", language="en", scripts=False)
    await page.goto(made["guest_url"])
    await page.select_option("#tz", "Europe/Berlin")
    await page.click("text=Apply")
    begins = datetime.fromisoformat(made["slots"][0]["start"]).astimezone(ZoneInfo("Europe/Berlin"))
    ends = begins + timedelta(hours=1)
    await expect(page.locator(".choice-time").first).to_have_text(f"{begins:%H:%M} – {ends:%H:%M}")


async def test_a_form_that_lacks_something_keeps_the_rest(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    await page.fill("#name", "")
    await page.fill("#company", "株式会社テスト")
    await page.click(f"text={CONFIRM}")
    await expect(page.locator("#slot_id-error")).to_be_visible()
    await expect(page.locator("#name-error")).to_have_text("お名前を入力してください。")
    await expect(page.locator("#company")).to_have_value("株式会社テスト")


async def test_the_known_address_is_masked_and_can_be_replaced(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    assert "hanako@example.com" not in await page.content()
    await expect(page.locator("text=h…@example.com")).to_be_visible()
    await page.click("text=このアドレスが自分のものではない場合")
    await page.fill("#email", "jiro@example.com")
    await choose(page)
    await page.click(f"text={CONFIRM}")
    await expect(page.locator("text=j…@example.com")).to_be_visible()


async def test_a_second_guest_reads_that_it_is_settled(people: People) -> None:
    made = await people.proposal()
    first, second = await people.page("phone", scripts=False), await people.page("phone", scripts=False)
    for page in (first, second):
        await page.goto(made["guest_url"])
    await choose(first, 0)
    await choose(second, 1)
    await first.click(f"text={CONFIRM}")
    await expect(first.locator("input[name=slot_id]")).to_have_count(0)
    await second.click(f"text={CONFIRM}")
    await expect(second.locator(".notice")).to_contain_text("すでに確定しています")
    assert await first.locator("time").inner_text() == await second.locator("time").inner_text()


async def test_a_slot_that_is_gone_leaves_the_others_and_what_was_typed(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    kept = [{"id": slot["id"]} for slot in made["slots"][1:]]
    assert (await people.api.patch(f"/api/v1/proposals/{made['id']}", json={"slots": kept})).status_code == 200
    await page.fill("#name", "田中 一子")
    await choose(page, 0)
    await page.click(f"text={CONFIRM}")
    await expect(page.locator(".notice-bad")).to_be_visible()
    await expect(page.locator("input[name=slot_id]")).to_have_count(2)
    await expect(page.locator("#name")).to_have_value("田中 一子")


async def test_a_guest_asks_for_other_times(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    await page.click("text=ご都合の合う日時がない場合")
    await page.fill("#message", "来週の午後を希望します")
    await page.click("text=別の日時を依頼する")
    await expect(page.locator(".notice-ok")).to_contain_text("担当者にお伝えしました")
    seen = (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()
    assert seen["guest_message"] == "来週の午後を希望します"


async def test_a_withdrawn_proposal_says_so(people: People) -> None:
    made = await people.proposal()
    await people.api.delete(f"/api/v1/proposals/{made['id']}")
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    await expect(page.locator("h1")).to_have_text("この日程調整は取り下げられました")


@pytest.mark.parametrize("token", ["AAAAAAAAAAAAAAAAAAAAAA", "x", "%20%0d%0aX", "日本"])
async def test_an_unknown_link_says_so(people: People, token: str) -> None:
    page = await people.page("phone", scripts=False)
    answer = await page.goto(f"/g/{token}")
    assert answer is not None
    assert answer.status == 404
    await expect(page.locator("h1")).to_have_text("このページは見つかりません")


async def test_the_language_is_switched_and_remembered(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    await page.click("text=English")
    await expect(page.locator("text=Confirm the appointment")).to_be_visible()
    await page.goto(made["guest_url"])
    assert await page.get_attribute("html", "lang") == "en"


async def test_what_was_typed_stays_through_zones_and_wishes_without_scripts(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone", scripts=False)
    await page.goto(made["guest_url"])
    await page.fill("#name", "田中 一子")
    await choose(page, 1)
    await page.select_option("#tz", "America/New_York")
    await page.click("[data-without-script]")
    await expect(page.locator(".zone-now")).to_contain_text(re.compile("GMT-[45]"))
    await expect(page.locator("#name")).to_have_value("田中 一子")
    await expect(page.locator("input[name=slot_id]").nth(1)).to_be_checked()
    await page.click("text=ご都合の合う日時がない場合")
    await page.fill("#message", "来週の午後")
    await page.click("text=別の日時を依頼する")
    await expect(page.locator(".notice-ok")).to_contain_text("担当者にお伝えしました")
    await expect(page.locator("#name")).to_have_value("田中 一子")
    await page.goto(made["guest_url"])
    await expect(page.locator(".notice-ok")).to_contain_text("担当者にお伝えしました")


async def test_the_enter_key_confirms_and_the_first_wrong_field_is_in_focus(people: People) -> None:
    made = await people.proposal()
    page = await people.page("phone")
    await page.goto(made["guest_url"])
    await choose(page)
    await page.fill("#name", "")
    await page.press("#company", "Enter")
    await expect(page.locator("#name-error")).to_be_visible()
    await expect(page.locator("#name")).to_be_focused()
