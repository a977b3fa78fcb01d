"""R6: attendees' calendars beside each other or one over the other, at phone, touch and desktop width."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import SIZES, TOKYO, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.e2e.pages.test_every_settings_page import add
from tests.e2e.pages.test_proposing import drag, move, show

TARO_NAME, ADMIN_NAME = "山田 太郎", "管理 太郎"


@asynccontextmanager
async def tomorrow_held(people: People) -> AsyncIterator[None]:
    """Both are busy from 9 to 10 tomorrow, which the first view of any width shows."""
    today = (await people.now()).astimezone(TOKYO).replace(hour=9, minute=0, second=0, microsecond=0)
    start = today + timedelta(days=1)
    body = {
        "attendee_ids": list(people.ids.values()),
        "slots": [{"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}],
        "guest": {"name": "田中花子"},
        "send_mail": False,
        "allow_overlap": True,
    }
    answer = await people.api.post("/api/v1/proposals", json=body)
    assert answer.status_code == 201, answer.text
    yield
    await people.api.delete(f"/api/v1/proposals/{answer.json()['id']}")


async def open_with_both(
    people: People, width: Width, *, language: str = "ja", view: str | None = "side_by_side"
) -> Page:
    page = await people.staff(width, language=language)
    await page.goto("/proposals/new")
    await page.fill("#attendee-search", "admin")
    await page.locator("[data-results] button").first.click()
    await expect(page.locator("[data-legend] li")).to_have_count(2)
    if view is not None:
        await show(page, view)
    await expect(page.locator("[data-grid]")).to_have_attribute("aria-busy", "false")
    return page


async def left_of(page: Page, name: str) -> float:
    box = await page.locator(".grid .busy-hold", has_text=name).first.bounding_box()
    assert box is not None
    return box["x"]


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_r6_each_attendee_has_a_lane_within_the_day(people: People, width: Width, language: str) -> None:
    async with tomorrow_held(people):
        page = await open_with_both(people, width, language=language)
        first = page.locator(".grid [role=columnheader][data-date]").first
        await expect(first.locator(".lane-name")).to_have_text([TARO_NAME, ADMIN_NAME])
        days = await page.locator(".grid [role=columnheader][data-date]").count()
        assert days == (2 if width == "phone" else 5)
        taro, admin = await left_of(page, TARO_NAME), await left_of(page, ADMIN_NAME)
        heads = [await first.locator(".lane-head").nth(lane).bounding_box() for lane in (0, 1)]
        assert heads[0]
        assert heads[1]
        assert abs((admin - taro) - (heads[1]["x"] - heads[0]["x"])) < 3
        await Looker(page, width, language).look("proposal-side-by-side")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_r6_calendars_can_be_overlaid_and_the_choice_is_remembered(
    people: People, width: Width, language: str
) -> None:
    async with tomorrow_held(people):
        page = await open_with_both(people, width, language=language, view="overlaid")
        await expect(page.locator(".lane-head")).to_have_count(0)
        days = page.locator(".grid [role=columnheader][data-date]")
        await expect(days).to_have_count(3 if width == "phone" else 7)
        for name in (TARO_NAME, ADMIN_NAME):
            await expect(page.locator(".grid .busy-hold", has_text=name).first).to_be_visible()
        await Looker(page, width, language).look("proposal-overlaid")
        other = await open_with_both(people, width, language=language, view=None)
        await expect(other.locator("[data-view=overlaid]")).to_have_attribute("aria-pressed", "true")
        await expect(other.locator(".lane-head")).to_have_count(0)
        await show(other, "side_by_side")


async def test_r6_one_attendee_has_the_days_alone(people: People) -> None:
    page = await open_with_both(people, "desktop")
    await page.locator("[data-chosen] .remove").first.click()
    await expect(page.locator(".grid [role=columnheader][data-date]")).to_have_count(7)
    await expect(page.locator("[data-arrangement]")).to_be_hidden()


async def test_r6_a_slot_dragged_in_one_lane_stands_over_all(people: People) -> None:
    page = await open_with_both(people, "desktop")
    for _ in range(6):
        await move(page)
    await drag(page, column=1, row=2)
    await expect(page.locator("[data-slots] li")).to_have_count(1)
    slot = await page.locator(".grid .chosen").bounding_box()
    day = await page.locator(".grid [role=columnheader][data-date]").nth(1).bounding_box()
    assert slot
    assert day
    assert slot["width"] > day["width"] - 8


async def test_r6_more_people_than_a_phone_has_room_for_are_scrolled_beside_the_hours(people: People) -> None:
    page = await open_with_both(people, "phone")
    for number in range(4):
        await add(people, f"lane-{number}@example.jp", "ja")
        await page.fill("#attendee-search", f"lane-{number}")
        await page.locator("[data-results] button").first.click()
    await expect(page.locator(".grid .lane-name")).to_have_count(6)
    hours = page.locator(".grid [data-time='10:00:00']").first
    before = await hours.bounding_box()
    await page.locator(".grid").evaluate("grid => { grid.scrollLeft = 90 }")
    await expect(page.locator(".in-lanes")).to_have_class(re.compile("scrolled"))
    after, last = await hours.bounding_box(), await page.locator(".grid .lane-name").last.bounding_box()
    assert before
    assert after
    assert last
    assert abs(before["x"] - after["x"]) < 2
    assert last["x"] < SIZES["phone"]["width"]
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("width", ["touch", "desktop"])
async def test_x11_one_press_on_somebodys_busy_time_asks_why(people: People, width: Width) -> None:
    async with tomorrow_held(people):
        page = await open_with_both(people, width)
        block = page.locator(".grid .busy-hold", has_text=ADMIN_NAME).first
        await block.scroll_into_view_if_needed()
        box = await block.bounding_box()
        assert box is not None
        press = page.touchscreen.tap if width == "touch" else page.mouse.click
        await press(box["x"] + box["width"] / 2, box["y"] + 12)
        dialog = page.locator("#explain")
        await expect(dialog).to_contain_text(ADMIN_NAME)
        await expect(dialog).to_contain_text("調整中の日時候補")
        await expect(page.locator("[data-slots] li")).to_have_count(0)


async def test_a_tap_in_a_lane_chooses_a_slot(people: People) -> None:
    page = await open_with_both(people, "touch")
    for _ in range(12):
        await move(page)
    head = await page.locator(".grid [role=columnheader][data-date]").first.bounding_box()
    assert head is not None
    await page.locator(".grid").scroll_into_view_if_needed()
    head = await page.locator(".grid [role=columnheader][data-date]").first.bounding_box()
    assert head is not None
    await page.touchscreen.tap(head["x"] + head["width"] * 0.75, head["y"] + head["height"] + 40)
    await expect(page.locator("[data-slots] li")).to_have_count(1)


async def test_g03_the_lane_of_an_unreadable_calendar_does_not_look_free(people: People) -> None:
    page = await open_with_both(people, "desktop")
    await page.route("**/api/v1/calendar?*", lambda route: route.abort())
    await page.click("[data-move='1']")
    await expect(page.locator("[data-busy-failed]")).to_be_visible()
    days = await page.locator(".grid [role=columnheader][data-date]").count()
    await expect(page.locator(".grid .unreadable")).to_have_count(2 * days)
    await expect(page.locator(".lane-state")).to_have_count(2 * days)
