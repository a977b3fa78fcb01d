"""A room is chosen in the form by mouse and by keyboard (R7), and what it answers is shown (V3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.test_every_page import AXE, LOOK, PICTURES, Looker
from tests.e2e.pages.test_proposing import add_by_hand, drag, fill_guest, move
from tests.e2e.rooms.conftest import Keeper
from tests.waiting import eventually

LOOK_AT_DIALOG = LOOK.replace("axe.run(document,", "axe.run(document.querySelector('dialog:modal'),")
"""What lies behind a modal dialog is inert, which axe takes for regions that no key can scroll."""

FUJI, HAKONE = "c_fuji@resource.calendar.google.com", "c_hakone@resource.calendar.google.com"


async def look_at_dialog(looker: Looker, name: str) -> None:
    page, folder = looker.page, PICTURES / looker.language / looker.width
    folder.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=folder / f"{name}.png")
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} is too wide"
    await page.evaluate(AXE.read_text("utf-8"))
    assert await page.evaluate(LOOK_AT_DIALOG) == [], name


async def send(page: Page) -> str:
    """The proposal's id."""
    await page.click("[data-to-check]")
    await fill_guest(page)
    await page.click("[data-submit]")
    await page.wait_for_url("**/sent")
    return page.url.split("/")[-2]


async def confirm(keeper: Keeper, proposal_id: str) -> dict[str, Any]:
    made = (await keeper.api.get(f"/api/v1/proposals/{proposal_id}")).json()
    token = made["guest_url"].rpartition("/")[2]
    body = {"slot_id": made["slots"][0]["id"], "name": "田中花子", "company": "ABC株式会社"}
    answer = await keeper.api.post(f"/api/v1/guest/proposals/{token}/confirm", json=body)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def in_use(keeper: Keeper, room: str, slot: dict[str, Any]) -> None:
    """Somebody books the room in the calendar itself."""
    body = {"calendar": room, "summary": "取締役会", "start": slot["start"], "end": slot["end"]}
    (await keeper.outside.post("/inspect/google/events", json=body)).raise_for_status()


async def test_a_room_is_chosen_by_mouse_and_booked(keeper: Keeper) -> None:
    await keeper.choose()
    page = await keeper.form()
    looker = Looker(page, "desktop", "ja")
    buildings = page.locator("#buildings-dialog")
    await expect(buildings).to_be_visible()
    await look_at_dialog(looker, "rooms-buildings-dialog")
    await buildings.get_by_text("本社").click()
    await buildings.locator("button[type=submit]").click()
    await expect(page.locator("[data-rooms-line]")).to_contain_text("本社")
    await move(page)
    await page.locator("input[value=visit]").check()
    await drag(page, column=2, row=4)
    dialog = page.locator("#room-dialog")
    await expect(dialog.locator("input[name=room]")).to_have_count(4)
    await look_at_dialog(looker, "rooms-room-dialog")
    await dialog.get_by_text("富士").click()
    await dialog.locator("button[type=submit]").click()
    await expect(page.locator("[data-slots] li")).to_contain_text("富士")
    await looker.look("proposal-new-with-room", laid_out=True)
    await page.click("[data-to-check]")
    await expect(page.locator("[data-check-slots] li")).to_contain_text("富士")
    await page.go_back()
    proposal_id = await send(page)
    await expect(page.locator(".sent-rooms")).to_contain_text("富士")
    await looker.look("proposal-sent-with-room")
    await looker.open("/proposals", "proposals-with-room")
    await expect(page.locator(".rows li").first).to_contain_text("富士")
    appointment = await confirm(keeper, proposal_id)
    await page.goto(f"/appointments/{appointment['id']}")
    async with page.expect_response("**/api/v1/buildings"):
        await page.reload()
    await expect_booked(page, "富士")
    await looker.look("appointment-with-room")


async def expect_booked(page: Page, name: str) -> None:
    """The room answers a moment later; the page shows it when it is opened then."""
    fact = page.locator("dd", has=page.locator("[data-change-room]"))

    async def answered() -> bool:
        await page.reload()
        return "予約済み" in await fact.inner_text()

    await eventually(answered, interval=0.5)
    await expect(fact).to_contain_text(name)


async def test_a_room_is_chosen_with_the_keyboard_alone_on_a_phone(keeper: Keeper) -> None:
    await keeper.choose("本社")
    page = await keeper.form("phone", language="en")
    await expect(page.locator("[data-rooms-line]")).to_contain_text("本社")
    await add_by_hand(page, keeper.people, days=1, start="10:00", end="11:00")
    dialog = page.locator("#room-dialog")
    await expect(dialog.locator("input[name=room]:checked")).to_be_focused()
    await look_at_dialog(Looker(page, "phone", "en"), "rooms-room-dialog")
    await dialog.locator("input[name=room]:checked").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    chip = page.locator("[data-slots] li")
    await expect(chip).to_contain_text("富士")
    await chip.locator(".button-plain").press("Enter")
    await expect(dialog.locator("input[name=room]:checked")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(chip).not_to_contain_text("富士")
    await chip.locator(".button-plain").press("Enter")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(chip.locator(".button-plain")).to_be_focused()


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_name_of_a_room_that_cannot_be_booked_is_read_on_a_phone(keeper: Keeper, language: str) -> None:
    await keeper.choose("本社")
    page = await keeper.form("phone", language=language)
    room = {"building_id": "b", "building_name": "本社", "capacity": 12, "free": True}
    names = {"microsoft": "Conference room Fuji", "google": "Conference room Hakone"}
    items = [room | {"id": name, "name": name, "provider": provider} for provider, name in names.items()]
    await page.route("**/api/v1/rooms?*", lambda route: route.fulfill(json={"items": items}))
    await expect(page.locator("[data-rooms-line]")).to_contain_text("本社")
    await add_by_hand(page, keeper.people, days=1, start="10:00", end="11:00")
    dialog = page.locator("#room-dialog")
    await expect(dialog.locator(".room-blocked")).to_have_count(1)
    await look_at_dialog(Looker(page, "phone", language), "rooms-room-dialog-elsewhere")
    name = await dialog.locator(".room-blocked strong").bounding_box()
    badge = await dialog.locator(".room-blocked .badge").bounding_box()
    frame = await dialog.locator(".room-list").bounding_box()
    assert name is not None
    assert badge is not None
    assert frame is not None
    assert name["height"] < 40
    assert badge["y"] >= name["y"] + name["height"]
    assert badge["x"] + badge["width"] <= frame["x"] + frame["width"]


async def test_the_buildings_are_asked_for_while_none_is_chosen_and_can_be_skipped(keeper: Keeper) -> None:
    await keeper.choose()
    page = await keeper.form("touch")
    for _ in range(2):
        await expect(page.locator("#buildings-dialog")).to_be_visible()
        await page.tap("#buildings-dialog [data-skip]")
        await expect(page.locator("#buildings-dialog")).to_be_hidden()
        await page.reload()
    await page.tap("#buildings-dialog [data-skip]")
    await add_by_hand(page, keeper.people, days=1, start="10:00", end="11:00")
    await expect(page.locator("[data-slots] li")).to_have_count(1)
    await expect(page.locator("#room-dialog")).to_be_hidden()
    await page.locator("[data-rooms-line] button").tap()
    await expect(page.locator("#buildings-dialog")).to_be_visible()


async def test_busy_rooms_stand_last_and_cannot_be_chosen(keeper: Keeper) -> None:
    await keeper.choose("本社")
    page = await keeper.form()
    await expect(page.locator("[data-rooms-line]")).to_contain_text("本社")
    start = datetime.fromisoformat(f"{await keeper.people.free_day(1)}T13:00:00+09:00")
    slot = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    await in_use(keeper, FUJI, slot)
    await page.locator("[data-by-hand]").evaluate("element => { element.open = true }")
    for name, value in (("date", start.date().isoformat()), ("start", "13:00"), ("end", "14:00")):
        await page.fill(f"[name=by-hand-{name}]", value)
    await page.click("[data-add]")
    options = page.locator("#room-dialog label")
    await expect(options).to_have_count(4)
    await expect(options.last).to_contain_text("富士")
    await expect(options.last).to_contain_text("使用中")
    await expect(options.last.locator("input")).to_be_disabled()
    await look_at_dialog(Looker(page, "desktop", "ja"), "rooms-room-busy-dialog")


async def test_v3_a_room_that_declines_is_told_to_staff_who_choose_another(keeper: Keeper) -> None:
    await keeper.choose("本社")
    rooms = {room["name"]: room["id"] for room in (await keeper.api.get("/api/v1/rooms")).json()["items"]}
    start = datetime.fromisoformat(f"{await keeper.people.free_day(1)}T15:00:00+09:00")
    slot = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    await in_use(keeper, HAKONE, slot)
    body = {
        "kind": "visit",
        "slots": [{**slot, "room_id": rooms["箱根"]}],
        "send_mail": False,
        "guest": {"name": "田中"},
    }
    guest = {"name": "田中花子", "email": "hanako@example.com"}
    made = await keeper.api.post("/api/v1/proposals", json={**body, "guest": guest})
    appointment = await confirm(keeper, made.raise_for_status().json()["id"])
    page = await keeper.people.staff(email="admin@example.jp")

    async def declined() -> bool:
        await page.goto(f"/appointments/{appointment['id']}")
        return await page.locator(".notice-bad").count() > 0

    await eventually(declined, interval=0.5)
    await expect(page.locator(".notice-bad")).to_contain_text("箱根")
    await Looker(page, "desktop", "ja").look("appointment-room-declined")
    await page.locator("[data-change-room]").click()
    dialog = page.locator("#room-dialog")
    await dialog.get_by_text("大会議室").click()
    await dialog.locator("button[type=submit]").click()
    await page.wait_for_url("**?said=room_changed")
    await expect(page.locator(".notice-bad")).to_have_count(0)
    await expect_booked(page, "大会議室")
