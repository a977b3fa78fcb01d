"""Direct registration in the browser (E2, E8): the form, what was refused, a copy; and without scripts."""

from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import People


async def filled(page: Page, title: str, date: str, hour: int = 10) -> None:
    await page.locator("#title").fill(title)
    for side, clock in (("start", hour), ("end", hour + 1)):
        await page.locator(f"#{side}_date").fill(date)
        await page.locator(f"#{side}_time").fill(f"{clock:02}:00")


async def submitted(page: Page) -> None:
    await page.get_by_role("button", name="登録", exact=True).click()


async def test_a_schedule_is_registered_with_its_zoom_block_and_copied(people: People) -> None:
    page = await people.staff()
    await page.goto("/appointments/new")
    await filled(page, "定例打合せ", await people.free_day())
    await page.locator("#customer").fill("ABC商事")
    await page.locator("#deal").fill("新基幹")
    await page.locator("#note").fill("持ち物: 資料")
    await submitted(page)
    await expect(page.get_by_text("予定を登録しました。")).to_be_visible()
    await expect(page.get_by_text("【Zoom連携情報】 ---※ここ以下を編集しないでください---")).to_be_visible()
    await expect(page.get_by_text("ABC商事")).to_be_visible()
    await page.get_by_role("link", name="コピー", exact=True).click()
    await expect(page.locator("#title")).to_have_value("定例打合せ")
    assert await page.locator("#note").input_value() == "持ち物: 資料"
    await submitted(page)
    await expect(page.locator("#start_time-error")).to_be_visible()
    assert await page.locator("#deal").input_value() == "新基幹"
    assert people.complaints == []


async def test_an_all_day_schedule_is_registered_without_scripts_on_a_phone(people: People) -> None:
    page = await people.staff("phone", scripts=False)
    await page.goto("/appointments/new")
    await filled(page, "夏季休暇", await people.free_day())
    await page.locator("#type").select_option(label="その他")
    await page.get_by_label("終日").check()
    await expect(page.locator("#start_time")).to_be_hidden()
    await submitted(page)
    await expect(page.locator("p.tabular", has_text="(終日)")).to_be_visible()


async def test_one_candidate_is_registered_directly_beside_what_the_calendar_says(people: People) -> None:
    day = await people.free_day()
    page = await people.staff()
    await page.goto("/proposals/new")
    await expect(page.locator("[data-register]")).to_be_hidden()
    await page.locator("[data-by-hand] summary").click()
    for name, value in (("date", day), ("start", "13:00"), ("end", "14:00")):
        await page.fill(f"[name=by-hand-{name}]", value)
    await page.locator("[data-add]").click()
    await page.locator("[data-register]").click()
    await expect(page.locator("#start_time")).to_have_value("13:00")
    await expect(page.locator("[data-busy-list]")).to_contain_text("予定なし")
    await page.locator("#title").fill("社内打合せ")
    await submitted(page)
    await expect(page.get_by_text("予定を登録しました。")).to_be_visible()
    await page.goto(f"/appointments/new?start={day}T13:30:00%2B09:00&end={day}T14:30:00%2B09:00")
    await expect(page.locator(".busy-overlaps")).to_contain_text("13:00 ～ 14:00")
    assert people.complaints == []


async def test_e6_a_last_day_that_is_typed_ends_the_recurrence(people: People) -> None:
    page = await people.staff()
    await page.goto("/appointments/new")
    day = await people.free_day()
    await filled(page, "月末までの定例", day)
    await page.get_by_label("定例", exact=True).check()
    await page.fill("#until", day)
    await expect(page.locator("[name=ends][value=until]")).to_be_checked()
    await page.fill("[name=count]", "3")
    await expect(page.locator("[name=ends][value=count]")).to_be_checked()
