"""A scheduling page in a frame of a site of another origin (H12): the example page, booked from there, in Chromium."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import FrameLocator, expect

from tests.e2e.pages.conftest import TARO, People

EXAMPLE = Path(__file__).parents[3] / "deploy/examples/embed/index.html"
EVER = {day: [{"start": "13:00", "end": "16:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
NOTE = '<script>window.heard = []; addEventListener("message", ({origin, data}) => heard.push({origin, data}))</script>'


@asynccontextmanager
async def a_site(html: str) -> AsyncIterator[int]:
    """A server of this one document; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = html.encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def example(people: People, slug: str) -> str:
    html = EXAMPLE.read_text("utf-8").replace("http://127.0.0.1:8000", people.demo.gateway_url)
    return html.replace('data-page="intro"', f'data-page="{slug}"').replace("<head>", f"<head>{NOTE}")


async def choose_in(frame: FrameLocator, day: str) -> None:
    """That day at 14:00, and who the guest is."""
    while await frame.locator(f"[data-key=day-{day}]").count() == 0:
        shown = await frame.locator("#month-heading").inner_text()
        await frame.locator("[data-key=later]").click()
        await expect(frame.locator("#month-heading")).not_to_have_text(shown)
    await frame.locator(f"[data-key=day-{day}]").click()
    await expect(frame.locator(f"[data-key=day-{day}]")).to_have_attribute("aria-current", "date")
    await frame.locator("a.time >> text=14:00").click()
    await frame.locator("#name").fill("田中花子")
    await frame.locator("#email").fill("hanako@example.com")


async def test_h12_booked_in_a_frame_of_a_site_that_is_told_and_refused_to_any_other(people: People) -> None:
    day, slug = await people.free_day(), "embedded-e2e"
    async with a_site(example(people, slug)) as port:
        body = {
            "title": "ご相談",
            "slug": slug,
            "hosts": [{"staff_id": people.ids[TARO], "hours": EVER}],
            "holidays_off": False,
            "horizon_days": 300,
            "allowed_origins": [f"http://localhost:{port}"],
        }
        answer = await people.api.post("/api/v1/pages", json=body)
        assert answer.status_code == 201, answer.text
        page = await people.page()
        await page.goto(f"http://localhost:{port}/?utm_source=site&other=1")
        frame = page.frame_locator("iframe")
        await expect(frame.locator(".month")).to_be_visible()
        await page.wait_for_function("heard.some(({data}) => data.type === 'chosei:height')")
        await choose_in(frame, day)
        await page.wait_for_function(
            """() => document.querySelector('iframe').clientHeight
              === heard.filter(({data}) => data.type === 'chosei:height').at(-1).data.height"""
        )
        await frame.locator("text=この日時で予約する").click()
        await expect(page.locator("#thanks")).to_be_visible()
        heard = await page.evaluate("heard.filter(({data}) => data.type === 'chosei:booked')")
        told = {"type": "chosei:booked", "slug": slug, "start": f"{day}T14:00:00+09:00", "duration": 30}
        assert heard == [{"origin": people.demo.gateway_url, "data": told | {"status": "confirmed"}}]
        made = (await people.api.get("/api/v1/appointments", params={"q": "田中", "limit": 50})).json()["items"]
        assert any((one["utm"] or {}).get("source") == "site" for one in made)

        await page.goto(f"http://127.0.0.1:{port}/")
        await expect(page.frame_locator("iframe").locator(".month")).to_have_count(0)
        assert any("frame-ancestors" in words for words in people.complaints)
        people.complaints.clear()
