"""An invitation whose mail the mail server refuses is seen on the members' pages and sent again from there."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import ADMIN, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.e2e.pages.test_every_settings_page import add
from tests.e2e.pages.test_members import link_in_mail
from tests.waiting import eventually


@pytest.fixture
async def sandbox(people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with people.demo.at_sandbox() as client:
        yield client
        await client.put("/inspect/faults", json={"rules": []})


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_an_invitation_that_was_refused_is_sent_again(
    people: People, sandbox: httpx.AsyncClient, width: Width, language: str
) -> None:
    email = f"refused-{width}-{language}@example.jp"
    rule = {"provider": "smtp", "method": "RCPT", "path": f"/{email}", "kind": "status", "status": 550}
    (await sandbox.put("/inspect/faults", json={"rules": [rule]})).raise_for_status()
    member = await add(people, email, language)
    page = await people.staff(width, language=language, email=ADMIN)
    looker = Looker(page, width, language)

    async def is_told() -> bool:
        await page.goto("/members")
        return await page.locator(".uninvited li").count() == 1

    await eventually(is_told, interval=0.5)
    await looker.look("members-invitation-failed")
    await looker.open(f"/members/{member['id']}", "member-invitation-failed")
    await expect(page.locator(".notice-bad")).to_contain_text(email)
    await sandbox.put("/inspect/faults", json={"rules": []})
    await page.goto("/members")
    await page.locator(".uninvited button").click()
    await page.wait_for_url(re.compile("said=invited"))
    await link_in_mail(people, email)
    await page.goto("/members")
    await expect(page.locator(".uninvited")).to_have_count(0)
