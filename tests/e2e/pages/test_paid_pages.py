"""A page with a price in the browser (H13): paid with the webhook before the guest is back and after, abandoned, and
given back after a cancellation; how all of that looks, and what staff see of it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import People, Width
from tests.e2e.pages.test_booking_pages import BOOKED, a_page, fill
from tests.e2e.pages.test_embedding import a_site, choose_in, example
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.waiting import eventually

PRICE = {"amount": 5500, "currency": "jpy"}
CHECKOUT = "[data-provider=stripe]"
ASKING = {"provider": "stripe", "method": "GET", "path": "/v1/checkout/sessions", "kind": "status", "status": 503}
WORDS = {
    "ja": {
        "pending": "お支払いをお待ちしています",
        "confirmed": BOOKED,
        "canceled": "このアポイントメントはキャンセルされました",
        "expired": "お支払いがなかったため、予約は確定していません",
        "gives_back": "お支払い済みの￥5,500は、全額返金されます。",
        "refunded": "お支払いを返金しました",
        "staff": "返金済み",
        "title": "有料のご相談",
    },
    "en": {
        "pending": "Waiting for your payment",
        "confirmed": "Your appointment is confirmed",
        "canceled": "This appointment was cancelled",
        "expired": "It was not paid, so nothing is booked",
        "gives_back": "The ¥5,500 that you paid will be refunded in full.",
        "refunded": "Your payment was refunded.",
        "staff": "Refunded",
        "title": "Consultation",
    },
}


@asynccontextmanager
async def stripe(people: People) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox behind the pages; what a test breaks there is mended."""
    async with people.demo.at_sandbox() as sandbox:
        try:
            yield sandbox
        finally:
            await sandbox.put("/inspect/faults", json={"rules": []})


async def session_of(sandbox: httpx.AsyncClient) -> str:
    """The newest."""
    return str((await sandbox.get("/inspect/stripe/sessions")).json()["items"][0]["id"])


async def act(sandbox: httpx.AsyncClient, session: str, what: str) -> None:
    (await sandbox.post(f"/inspect/stripe/sessions/{session}/{what}")).raise_for_status()


async def at_checkout(people: People, page: Page) -> dict[str, Any]:
    """The guest chose a time, typed who they are, and stands before Stripe's page; the page that was made."""
    made, day = await a_page(people, price=PRICE, durations=[30]), await people.free_day()
    await page.goto(f"/p/{made['slug']}?day={day}")
    await expect(page.locator("strong", has_text="￥5,500")).to_be_visible()
    await page.click("a.time >> text=13:30")
    await fill(page)
    await page.click("text=お支払いへ進む")
    await expect(page.locator(CHECKOUT)).to_be_visible()
    return made


async def test_h13_paid_with_the_webhook_before_the_guest_is_back(people: People) -> None:
    page = await people.page("phone")
    async with stripe(people) as sandbox:
        made = await at_checkout(people, page)
        await act(sandbox, await session_of(sandbox), "pay")

        async def confirmed() -> bool:
            listed = (await people.api.get("/api/v1/appointments", params={"limit": 50, "order": "latest"})).json()
            return any(one["page_id"] == made["id"] and one["status"] == "confirmed" for one in listed["items"])

        await eventually(confirmed)
        await page.click("text=支払う >> nth=0")  # Stripe's page has been paid in another window: it leads back
        await page.wait_for_url("**/a/*")
    await expect(page.locator("h1")).to_have_text(BOOKED)
    await expect(page.locator("dd", has_text="￥5,500")).to_be_visible()
    await expect(page.locator("time")).to_contain_text("13:30 ～ 14:00")


async def test_h13_back_before_it_is_known_the_page_turns_by_itself(people: People) -> None:
    page = await people.page("phone")
    async with stripe(people) as sandbox:
        await at_checkout(people, page)
        (await sandbox.put("/inspect/faults", json={"rules": [ASKING]})).raise_for_status()
        await page.click("text=支払う >> nth=0")
        await page.wait_for_url("**/a/*")
        await expect(page.locator("h1")).to_have_text(WORDS["ja"]["pending"])
        await expect(page.locator("a", has_text="お支払いへ進む")).to_be_visible()
        (await sandbox.put("/inspect/faults", json={"rules": []})).raise_for_status()
        await expect(page.locator("h1")).to_have_text(BOOKED)
    await expect(page.locator("a", has_text="お支払いへ進む")).to_have_count(0)


async def test_h13_abandoned_the_time_is_free_again_and_the_guest_is_told_kindly(people: People) -> None:
    page = await people.page("phone")
    async with stripe(people) as sandbox:
        await at_checkout(people, page)
        await page.click("text=支払わずに戻る")
        await expect(page.locator("h1")).to_have_text(WORDS["ja"]["pending"])
        await act(sandbox, await session_of(sandbox), "expire")
    await expect(page.locator("h1")).to_have_text(WORDS["ja"]["expired"])
    await page.click("text=空いている日時を見る")
    await expect(page.locator("a.time").first).to_be_visible()


async def test_h12_h13_a_page_in_a_frame_is_paid_in_the_whole_window(people: People) -> None:
    page, day, slug = await people.page(), await people.free_day(), "embedded-paid"
    async with a_site(example(people, slug)) as port, stripe(people):
        origins = [f"http://localhost:{port}"]
        await a_page(people, slug=slug, price=PRICE, durations=[30], allowed_origins=origins)
        await page.goto(f"http://localhost:{port}/")
        frame = page.frame_locator("iframe")
        await choose_in(frame, day)
        await frame.locator("text=お支払いへ進む").click()
        await frame.locator("a >> text=お支払いへ進む").click()
        await expect(page.locator(CHECKOUT)).to_be_visible()
        await page.click("text=支払う >> nth=0")
        await page.wait_for_url("**/a/*")
    await expect(page.locator("h1")).to_have_text(BOOKED)


async def held(people: People, made: dict[str, Any], day: str, hour: int, language: str) -> str:
    """By the API; the address of the guest's page."""
    guest = {"name": "田中花子" if language == "ja" else "Hanako Tanaka", "email": "hanako@example.com"}
    body = {"start": f"{day}T{hour}:00:00+09:00", "guest": guest, "time_zone": "Asia/Tokyo", "locale": language}
    answer = await people.api.post(f"/api/v1/guest/pages/{made['slug']}/bookings", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["manage_url"])


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_pages_of_a_payment_look_right(people: People, width: Width, language: str) -> None:
    words = WORDS[language]
    made = await a_page(people, title=words["title"], price=PRICE, durations=[30])
    day = await people.free_day()
    looker = Looker(await people.page(width, language=language), width, language)
    page, heading = looker.page, looker.page.locator("h1")
    async with stripe(people) as sandbox:
        managed = await held(people, made, day, 13, language)
        await page.goto(managed)
        await expect(heading).to_have_text(words["pending"])
        await looker.look("paying-pending")
        await act(sandbox, await session_of(sandbox), "pay")
        await expect(heading).to_have_text(words["confirmed"])
        await looker.look("paying-paid")
        await page.goto(f"{managed}/cancel")
        await expect(page.locator("main")).to_contain_text(words["gives_back"])
        await looker.look("paying-cancel")
        await page.locator(".confirm button").click()
        await expect(heading).to_have_text(words["canceled"])

        async def refunded() -> bool:
            await page.reload()
            return words["refunded"] in await page.content()

        await eventually(refunded, interval=0.5)
        await looker.look("paying-refunded")
        await page.goto(await held(people, made, day, 14, language))
        await act(sandbox, await session_of(sandbox), "expire")
        await expect(heading).to_have_text(words["expired"])
        await looker.look("paying-expired")
    await _as_staff_see_it(people, width, language, made)


async def _as_staff_see_it(people: People, width: Width, language: str, made: dict[str, Any]) -> None:
    params = {"limit": 50, "order": "latest", "status": "canceled"}
    items = (await people.api.get("/api/v1/appointments", params=params)).json()["items"]
    paid = next(one for one in items if one["page_id"] == made["id"] and one["payment"]["status"] == "refunded")
    looker = Looker(await people.staff(width, language=language), width, language)
    await looker.page.goto(f"/appointments/{paid['id']}")
    await expect(looker.page.locator("#payment-heading ~ dl")).to_contain_text(WORDS[language]["staff"])
    assert paid["payment"]["stripe_url"].startswith("https://dashboard.stripe.com/test/payments/pi_")
    await looker.look("appointment-refunded")
