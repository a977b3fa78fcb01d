"""What the demo tells the sandbox at its start is understood there."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from deploy.demo.accounts import LOGINS, Account
from deploy.demo.busy_entries import busy_entries
from tests.conftest import NewSandbox


@pytest.mark.parametrize("account", LOGINS, ids=lambda account: account.email)
async def test_busy_entries_are_single_events_of_the_next_days(account: Account, new_sandbox: NewSandbox) -> None:
    sandbox = await new_sandbox([account], {})
    now = datetime.now(UTC)
    events = f"{sandbox.base_url}/inspect/{account.calendar}/events"
    owner = "calendar" if account.calendar == "google" else "user"
    async with httpx.AsyncClient() as client:
        for entry in busy_entries(account, now):
            assert "id" in (await client.post(events, json=entry)).json()
        items = (await client.get(events, params={owner: account.email})).json()["items"]
    starts = [datetime.fromisoformat(item["start"]["dateTime"]).replace(tzinfo=UTC) for item in items]
    assert len(items) == 4
    assert not [item for item in items if item.get("recurrence")]
    assert all(now - timedelta(days=1) < start < now + timedelta(days=7) for start in starts)


async def test_the_sandbox_knows_who_was_seeded_and_nobody_else(new_sandbox: NewSandbox) -> None:
    sandbox = await new_sandbox(list(LOGINS), {})
    async with httpx.AsyncClient() as client:
        items = (await client.get(f"{sandbox.base_url}/inspect/accounts")).json()["items"]
    assert {(item["provider"], item["email"]) for item in items} == {
        ("google", "admin@example.jp"),
        ("oidc", "admin@example.jp"),
        ("zoom", "admin@example.jp"),
        ("microsoft", "taro@example.jp"),
        ("oidc", "taro@example.jp"),
        ("zoom", "taro@example.jp"),
    }
