"""A new proposal in a browser, and editing one: by dragging, tapping and keyboard, refused, interrupted and resumed."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import People, Width


async def drag(page: Page, *, column: int, row: int, halves: int = 2) -> None:
    """Over ``halves`` half hours of a day's column, from the ``row``-th visible half hour on."""
    grid = page.locator(".grid")
    await grid.scroll_into_view_if_needed()
    await grid.evaluate("element => element.scrollIntoView({block: 'center'})")
    head = await grid.locator("[role=columnheader][data-date]").nth(column).bounding_box()
    assert head is not None
    x = head["x"] + head["width"] / 2
    top, step = head["y"] + head["height"] + 30, 25
    await page.mouse.move(x, top + row * step + 6)
    await page.mouse.down()
    await page.mouse.move(x, top + (row + halves / 2) * step, steps=4)
    await page.mouse.move(x, top + (row + halves) * step - 6, steps=4)
    await page.mouse.up()


async def move(page: Page, step: int = 1) -> None:
    """To later days, or back; what takes them is drawn when this returns."""
    async with page.expect_response(re.compile("/api/v1/calendar")):
        await page.locator(f"[data-move='{step}']").click()
    await expect(page.locator("[data-grid]")).to_have_attribute("aria-busy", "false")


async def open_form(people: People, width: Width = "desktop", weeks: int = 1) -> Page:
    """A new proposal with the calendars of a later week loaded."""
    page = await people.staff(width)
    await page.goto("/proposals/new")
    await expect(page.locator("[data-legend] li")).to_have_count(1)
    for _ in range(weeks):
        await move(page)
    return page


async def show(page: Page, view: str) -> None:
    """Several attendees' calendars side by side or overlaid; the choice is remembered."""
    button = page.locator(f"[data-view={view}]")
    if await button.get_attribute("aria-pressed") == "false":
        async with page.expect_response(re.compile("/api/v1/me$")):
            await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")


async def add_by_hand(page: Page, people: People, *, days: int, start: str, end: str) -> None:
    day = await people.free_day(days)
    await page.locator("[data-by-hand]").evaluate("element => { element.open = true }")
    for name, value in (("date", day), ("start", start), ("end", end)):
        await page.fill(f"[name=by-hand-{name}]", value)
    await page.click("[data-add]")


async def fill_guest(page: Page) -> None:
    await page.fill("#company", "ABC株式会社")
    await page.fill("#name", "田中花子")
    await page.fill("#email", "hanako@example.com")


@pytest.mark.parametrize(("view", "columns"), [("overlaid", (1, 3, 5)), ("side_by_side", (1, 2, 4))])
async def test_staff_propose_by_dragging(people: People, view: str, columns: tuple[int, ...]) -> None:
    page = await open_form(people, weeks=2 if view == "overlaid" else 4)
    await page.fill("#attendee-search", "かんり")
    await page.locator("[data-results] button").first.click()
    await expect(page.locator("[data-legend] li")).to_have_count(2)
    await show(page, view)
    await expect(page.locator("[data-grid]")).to_have_attribute("aria-busy", "false")
    for column in columns:
        await drag(page, column=column, row=column)
    await expect(page.locator("[data-slots] li")).to_have_count(3)
    await page.click("[data-to-check]")
    await fill_guest(page)
    await page.click("[data-submit]")
    await page.wait_for_url("**/sent")
    await expect(page.locator("#guest-url")).to_contain_text(f"{people.demo.gateway_url}/g/")
    lines = (await page.locator("#slots-text").inner_text()).splitlines()
    assert len(lines) == 3
    assert all(re.fullmatch(r"\d{4}年\d+月\d+日\(.\) \d\d:\d\d ～ \d\d:\d\d", line) for line in lines)


async def test_staff_propose_with_the_keyboard_alone_and_without_mail(people: People) -> None:
    page = await open_form(people, "phone", weeks=0)
    await add_by_hand(page, people, days=1, start="10:00", end="11:30")
    await expect(page.locator("[data-slots] li")).to_have_count(1)
    await page.locator("[data-to-check]").press("Enter")
    await page.locator("input[name=send][value=url]").check()
    await page.fill("#name", "田中花子")
    await page.locator("[data-submit]").press("Enter")
    await page.wait_for_url("**/sent")
    await expect(page.locator("h1")).to_have_text("日程調整URLを発行しました")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("10:00", "10:00", "候補は30分以上にしてください。"),
        ("10:15", "11:00", "開始と終了は、毎時00分か30分にしてください。"),
    ],
)
async def test_a_slot_that_breaks_a_rule_is_refused_with_a_reason(
    people: People, start: str, end: str, words: str
) -> None:
    page = await open_form(people, weeks=0)
    await add_by_hand(page, people, days=1, start=start, end=end)
    await expect(page.locator("[data-slot-error]")).to_have_text(words)


async def test_slots_can_be_copied_and_removed(people: People) -> None:
    page = await open_form(people, weeks=0)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-copy-slots]")
    await expect(page.locator("[data-copy-slots]")).to_have_text("日時候補をコピーしました")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"\d{4}年\d+月\d+日\(.\) 10:00 ～ 11:00", copied)
    await page.click("[data-slots] .remove")
    await expect(page.locator("[data-slots] li")).to_have_count(0)


async def test_the_last_attendee_stays_and_the_creator_may_go(people: People) -> None:
    page = await open_form(people, weeks=0)
    await expect(page.locator("[data-chosen] .remove")).to_be_disabled()
    await page.fill("#attendee-search", "admin")
    await page.locator("[data-results] button").first.click()
    await page.locator("[data-chosen] .remove").first.click()
    await expect(page.locator("[data-chosen] li")).to_have_count(1)
    await expect(page.locator("[data-chosen] .remove")).to_be_disabled()


async def test_nothing_typed_is_lost_by_going_back_reloading_or_being_refused(people: People) -> None:
    page = await open_form(people, weeks=0)
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-to-check]")
    await fill_guest(page)
    await page.fill("#email", "hanako@")
    await page.click("[data-submit]")
    await expect(page.locator("[data-errors]")).to_be_visible()
    await expect(page.locator("#email-error")).to_be_visible()
    await page.go_back()
    await expect(page.locator("[data-slots] li")).to_be_visible()
    await page.go_forward()
    await page.reload()
    await expect(page.locator("#company")).to_have_value("ABC株式会社")
    await expect(page.locator("[data-check-slots] li")).to_have_count(1)


async def test_the_mail_is_previewed_as_it_will_be_sent(people: People) -> None:
    page = await open_form(people, weeks=0)
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-to-check]")
    await fill_guest(page)
    await page.click("[data-preview]")
    await expect(page.locator("[data-subject]")).to_have_text(
        "[株式会社サンプル]アポイントメントの日程調整をお願いします[Chosei]"
    )
    button = page.frame_locator("#preview iframe").locator("a", has_text="日時候補から日時選択をする")
    await expect(button).to_have_css("color", "rgb(255, 255, 255)")


async def test_busy_time_is_refused_with_a_reason(people: People) -> None:
    await people.proposal()
    page = await open_form(people, weeks=0)
    day = await people.last_day()
    await page.locator("[data-by-hand]").evaluate("element => { element.open = true }")
    for name, value in (("date", day), ("start", "13:00"), ("end", "14:00")):
        await page.fill(f"[name=by-hand-{name}]", value)
    await page.click("[data-add]")
    await page.click("[data-to-check]")
    await fill_guest(page)
    await page.click("[data-submit]")
    await expect(page.locator("[data-errors]")).to_be_visible()
    await expect(page.locator("[data-check-slots] .wrong")).to_have_count(1)


async def test_slots_of_a_proposal_are_edited(people: People) -> None:
    made = await people.proposal()
    page = await people.staff()
    await page.goto(f"/proposals/{made['id']}/slots")
    await page.locator("[data-slots] .remove").first.click()
    await page.locator("[data-send-mail]").uncheck()
    await page.click("[data-save]")
    await page.wait_for_url("**/proposals/*?said=edited")
    seen = (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()
    assert [slot["status"] for slot in seen["slots"]].count("open") == 2


async def test_a_drag_does_not_leave_its_day(people: People) -> None:
    page = await open_form(people, weeks=3)
    heads = page.locator(".grid [role=columnheader][data-date]")
    first, second = [await heads.nth(column).bounding_box() for column in (1, 2)]
    assert first is not None
    assert second is not None
    top = first["y"] + first["height"] + 30
    await page.mouse.move(first["x"] + first["width"] / 2, top + 31)
    await page.mouse.down()
    await page.mouse.move(first["x"] + first["width"] / 2, top + 56, steps=4)
    await expect(page.locator(".grid .drawn")).to_have_count(1)
    await page.mouse.move(second["x"] + second["width"] / 2, top + 81, steps=4)
    await expect(page.locator(".grid .drawn")).to_have_count(0)
    await page.mouse.up()
    await expect(page.locator("[data-slots] li")).to_have_count(0)
    await drag(page, column=1, row=1)
    await expect(page.locator("[data-slots] li")).to_have_count(1)


async def test_a_tap_chooses_a_slot_of_the_chosen_length(people: People) -> None:
    page = await people.staff("touch")
    await page.goto("/proposals/new")
    await expect(page.locator("[data-legend] li")).to_have_count(1)
    await expect(page.locator(".for-touch").first).to_be_visible()
    await expect(page.locator("[data-move='1']")).to_have_attribute("aria-label", "次の3日間")
    for _ in range(3):
        await move(page)
    await page.select_option("[data-tap-length]", "60")
    box = await page.locator(".grid").bounding_box()
    assert box is not None
    await page.locator(".grid").tap(position={"x": box["width"] / 2, "y": 90})
    await expect(page.locator("[data-slots] li")).to_have_count(1)
    first, last = re.findall(r"\d\d:\d\d", await page.locator("[data-slots] li").inner_text())
    assert (int(last[:2]) - int(first[:2]), last[3:]) == (1, first[3:])


async def test_columns_bear_the_dates_of_the_period(people: People) -> None:
    page = await open_form(people, weeks=1)
    first, last = re.findall(r"(\d+)月(\d+)日", await page.locator("[data-period]").inner_text())
    heads = await page.locator(".grid [role=columnheader]").all_inner_texts()
    dates = [found.groups() for text in heads if (found := re.search(r"(\d+)/(\d+)\(.\)", text))]
    assert (dates[0], dates[-1]) == (first, last)


async def test_a_slot_is_added_by_the_enter_key(people: People) -> None:
    page = await open_form(people, weeks=0)
    day = await people.free_day()
    await page.locator("[data-by-hand]").evaluate("element => { element.open = true }")
    for name, value in (("date", day), ("start", "10:00"), ("end", "11:00")):
        await page.fill(f"[name=by-hand-{name}]", value)
    await page.press("[name=by-hand-end]", "Enter")
    await expect(page.locator("[data-slots] li")).to_have_count(1)


async def test_a_slot_typed_past_midnight_ends_on_the_next_day_and_a_slip_stays_one(people: People) -> None:
    page = await open_form(people, weeks=0)
    await add_by_hand(page, people, days=8, start="14:00", end="13:00")
    await expect(page.locator("[data-slot-error]")).to_be_visible()
    await add_by_hand(page, people, days=8, start="23:30", end="00:30")
    await expect(page.locator("[data-slots] li")).to_have_count(1)
    await expect(page.locator("[data-slots] li")).to_contain_text(re.compile(r"23:30 ～ .*日\(.\) 00:30"))


async def test_slots_over_busy_time_say_so_once_overlapping_is_no_longer_allowed(people: People) -> None:
    made = await people.proposal(slots=1)
    page = await open_form(people, weeks=0)
    day = made["slots"][0]["start"][:10]
    while day not in await page.evaluate(
        "[...document.querySelectorAll('.grid [data-date]')].map(e => e.dataset.date)"
    ):
        await move(page)
    await page.check("[data-overlap]")
    await page.locator("[data-by-hand]").evaluate("element => { element.open = true }")
    for name, value in (("date", day), ("start", "13:00"), ("end", "14:00")):
        await page.fill(f"[name=by-hand-{name}]", value)
    await page.click("[data-add]")
    await expect(page.locator("[data-slots] li")).to_have_count(1)
    await expect(page.locator("[data-slots] .wrong")).to_have_count(0)
    await page.uncheck("[data-overlap]")
    await expect(page.locator("[data-slots] .wrong")).to_contain_text("予定と重なっています。")


async def test_removing_an_attendee_keeps_the_keyboards_place_and_everybodys_colour(people: People) -> None:
    page = await open_form(people, weeks=0)
    await page.fill("#attendee-search", "admin")
    await page.locator("[data-results] button").first.click()
    colour = await page.locator("[data-chosen] .swatch").last.get_attribute("class")
    await page.locator("[data-chosen] .remove").first.press("Enter")
    await expect(page.locator("#attendee-search")).to_be_focused()
    assert await page.locator("[data-chosen] .swatch").get_attribute("class") == colour


async def test_an_edit_that_came_too_late_offers_the_current_version(people: People) -> None:
    made = await people.proposal()
    page = await people.staff()
    await page.goto(f"/proposals/{made['id']}/slots")
    await page.locator("[data-slots] .remove").first.click()
    kept = [{"id": slot["id"]} for slot in made["slots"][1:]]
    await people.api.patch(f"/api/v1/proposals/{made['id']}", json={"slots": kept})
    await page.click("[data-save]")
    await expect(page.locator("[data-errors]")).to_contain_text("ほかの人が先に変更しました。")
    await page.click("[data-reload]")
    await expect(page.locator("[data-errors]")).to_be_hidden()
    await expect(page.locator("[data-slots] li")).to_have_count(2)


async def test_a_refused_preview_is_not_called_a_failed_sending(people: People) -> None:
    page = await open_form(people, weeks=0)
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-to-check]")
    await page.fill("#email", "hanako@")
    await page.click("[data-preview]")
    await expect(page.locator("[data-errors]")).to_contain_text("プレビューを表示できませんでした。")


async def test_a_lost_session_leads_back_to_the_step_with_everything_typed(people: People) -> None:
    page = await open_form(people, weeks=0)
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-to-check]")
    await fill_guest(page)
    await page.context.clear_cookies()
    await page.click("[data-submit]")
    await expect(page.locator(".notice-wait")).to_contain_text("有効期限が切れたため")
    await page.fill("#email", "taro@example.jp")
    await page.fill("#password", dict(people.demo.logins)["taro@example.jp"])
    await page.click("button[type=submit]")
    await page.wait_for_url("**/proposals/new#check")
    await expect(page.locator("#company")).to_have_value("ABC株式会社")


async def test_last_times_guidance_is_called_so_until_it_is_replaced(people: People) -> None:
    await people.proposal(guidance="10分前からご入室いただけます。")
    page = await open_form(people, weeks=0)
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-to-check]")
    mark = page.locator("[data-remembered=guidance]")
    await expect(mark).to_be_visible()
    await page.fill("#guidance", "別のご案内")
    await expect(mark).to_be_hidden()


async def test_x12_one_press_clears_what_was_remembered(people: People) -> None:
    await people.proposal(guidance="10分前からご入室いただけます。", visibility="private", kind="visit")
    page = await open_form(people, weeks=0)
    await page.click("[data-remembered=kind]:visible")
    await expect(page.locator("[name=kind][value=web]")).to_be_checked()
    await add_by_hand(page, people, days=1, start="10:00", end="11:00")
    await page.click("[data-to-check]")
    for name in ("guidance", "visibility"):
        await page.click(f"[data-remembered={name}]")
        await expect(page.locator(f"[data-remembered={name}]")).to_be_hidden()
    await expect(page.locator("#guidance")).to_have_value("")
    await expect(page.locator("#visibility")).to_have_value("default")
    await people.proposal()
