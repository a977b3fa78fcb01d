"""Every page, once at each width and once in each language: no serious accessibility fault, no complaint of the
browser. At both widths in both languages: nothing wider than the window, and a picture of it in
``artifacts/screenshots/``.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from deploy.demo.layout import REPOSITORY
from tests.e2e.pages.conftest import SIZES, People, Width
from tests.e2e.pages.test_proposing import move

PICTURES = REPOSITORY / "artifacts" / "screenshots"
AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
LOOK = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter((fault) => ['serious', 'critical'].includes(fault.impact))
    .map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.target.join(' ')).join(', ')}`)"""
VARIANTS: list[tuple[Width, str]] = [("phone", "ja"), ("desktop", "en")]
"""Of a walk over pages. Both languages share all but the texts, and each page is looked at in the other width too."""
OTHER: dict[Width, Width] = {"phone": "desktop", "desktop": "phone"}


@dataclass(frozen=True)
class Looker:
    """Looks at one page after another in one width and language."""

    page: Page
    width: Width
    language: str

    async def look(self, name: str, *, laid_out: bool = False) -> None:
        """``laid_out``: scripts did that for this width, and go on with it."""
        page = self.page
        assert await page.get_attribute("html", "lang") == self.language
        await page.evaluate("document.activeElement?.blur()")
        await self._fits(name, self.width)
        if not await page.evaluate("typeof axe === 'object'"):
            await page.evaluate(Path(AXE).read_text("utf-8"))
        assert await page.evaluate(LOOK) == [], name
        if not laid_out:
            await self._fits(name, OTHER[self.width])
            await page.set_viewport_size(SIZES[self.width])  # type: ignore[arg-type]

    async def _fits(self, name: str, width: Width) -> None:
        """A picture in a window as high as the page, so that what sticks to its lower edge stands at the end."""
        page, size = self.page, SIZES[width]
        folder = PICTURES / self.language / width
        folder.mkdir(parents=True, exist_ok=True)
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        whole = "dialog" not in name
        if whole:
            height = await page.evaluate("document.documentElement.scrollHeight")
            await page.set_viewport_size({"width": size["width"], "height": height})
        await page.screenshot(path=folder / f"{name}.png")
        if whole:
            await page.set_viewport_size(size)  # type: ignore[arg-type]
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} is too wide"

    async def open(self, path: str, name: str) -> None:
        await self.page.goto(path)
        await self.page.wait_for_load_state("networkidle")
        await self.look(name)


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_guest_pages(people: People, width: Width, language: str) -> None:
    looker = Looker(await people.page(width, language=language), width, language)
    await looker.open((await people.proposal())["guest_url"], "guest-choose")
    await looker.page.locator("input[name=slot_id]").first.check()
    await looker.page.fill("#name", "")
    await looker.page.locator("[data-confirm-form] button[type=submit]").click()
    await expect(looker.page.locator("#name-error")).to_be_visible()
    await looker.look("guest-choose-error")
    confirmed = (await people.confirmed())["guest_url"]
    await looker.page.goto(confirmed)
    await expect(looker.page.locator("#meeting-id")).to_be_visible()
    await looker.look("guest-confirmed")
    withdrawn = await people.proposal()
    await people.api.delete(f"/api/v1/proposals/{withdrawn['id']}")
    await looker.open(withdrawn["guest_url"], "guest-withdrawn")
    await looker.open("/g/AAAAAAAAAAAAAAAAAAAAAA", "guest-unknown")
    await looker.open("/sign-in", "sign-in")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_staff_pages(people: People, width: Width, language: str) -> None:
    looker = Looker(await people.staff(width, language=language), width, language)
    made, settled = await people.proposal(guidance="10分前からご入室いただけます。"), await people.confirmed()
    await looker.open("/proposals", "proposals")
    await looker.open("/proposals?q=nobody-is-called-like-this", "proposals-none-found")
    await looker.open(f"/proposals/{made['id']}", "proposal")
    await in_dialog(looker, "[data-open=withdraw]", "proposal-withdraw-dialog")
    await looker.open(f"/proposals/{made['id']}/sent", "proposal-sent")
    await looker.open(f"/proposals/{made['id']}/slots", "proposal-edit-slots")
    await looker.open("/appointments", "appointments")
    appointment = (await people.api.get(f"/api/v1/proposals/{settled['id']}")).json()["appointment_id"]
    await looker.open(f"/appointments/{appointment}", "appointment")
    await in_dialog(looker, "[data-open=reschedule]", "appointment-reschedule-dialog")
    await in_dialog(looker, "[data-open=cancel]", "appointment-cancel-dialog")
    await looker.open("/connections", "connections")
    await in_dialog(looker, "[data-open=off-zoom]", "connections-disconnect-dialog")
    await looker.open("/connections/microsoft/calendars", "calendars")
    await looker.open("/no-such-page", "not-found")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_a_new_proposal(people: People, width: Width, language: str) -> None:
    page = await people.staff(width, language=language)
    looker = Looker(page, width, language)
    await page.goto("/proposals/new")
    await page.wait_for_load_state("networkidle")
    await looker.look("proposal-new", laid_out=True)
    await page.fill("#attendee-search", "admin")
    await expect(page.locator("[data-results] button")).to_have_count(1)
    await looker.look("proposal-new-search", laid_out=True)
    await page.locator("[data-results] button").click()
    await page.locator("[data-by-hand]").evaluate("element => { element.open = true }")
    for name, value in (("date", await people.free_day()), ("start", "10:00"), ("end", "11:00")):
        await page.fill(f"[name=by-hand-{name}]", value)
    await page.click("[data-add]")
    await looker.look("proposal-new-chosen", laid_out=True)
    for step in (1, -1):
        await move(page, step)
        await looker.look("proposal-new-moved", laid_out=True)
    await page.click("[data-to-check]")
    await page.fill("#email", "hanako@")
    await page.locator("[data-details]").evaluate("element => { element.open = true }")
    await page.click("[data-submit]")
    await expect(page.locator("[data-errors]")).to_be_visible()
    await looker.look("proposal-check-error")
    await page.fill("#email", "hanako@example.com")
    await page.click("[data-preview]")
    await expect(page.locator("#preview")).to_be_visible()
    await looker.look("proposal-preview-dialog")


async def in_dialog(looker: Looker, opener: str, name: str) -> None:
    await looker.page.click(opener)
    await looker.look(name)
    await looker.page.keyboard.press("Escape")
