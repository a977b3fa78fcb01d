"""The same against the sandbox's mail server, as its mailbox shows it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.contracts.booking import SlotsProposed
from tests.infrastructure.broker import Broker
from tests.infrastructure.sandbox import Sandbox
from tests.integration.notifier.conftest import PostOffice, running
from tests.unit.notifier.builders import (
    JOIN,
    a_proposal,
    an_appointment,
    confirmed,
    meeting_issued,
    organization_changed,
    proposal_event,
    staff_changed,
)
from tests.waiting import eventually

GUEST = "sandbox-guest@example.com"


@pytest.fixture
async def inspect(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.base_url, trust_env=False) as client:
        yield client
        await client.put("/inspect/faults", json={"rules": []})


async def mails(inspect: httpx.AsyncClient, about: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await inspect.get("/inspect/mails", params={"to": GUEST})).json()["items"]
    return [mail for mail in items if about in mail["subject"]]


async def test_the_mailbox_shows_one_mail_although_an_answer_was_lost(
    database_url: str, emptied_broker: Broker, sandbox: Sandbox, inspect: httpx.AsyncClient
) -> None:
    rules = [{"provider": "smtp", "kind": "lost_answer", "times": 1}]
    await inspect.put("/inspect/faults", json={"rules": rules})
    guest = an_appointment().guest.model_copy(update={"email": GUEST})
    async with running(database_url, emptied_broker, PostOffice(port=sandbox.smtp_port)) as notifier:
        await notifier.hear(organization_changed(), staff_changed())
        proposal = a_proposal(guest=guest)
        await notifier.hear(proposal_event(SlotsProposed, proposal=proposal))
        await eventually(lambda: len(notifier.statements("notification_sent")) == 2, timeout=20)
        await notifier.hear(meeting_issued(), confirmed(an_appointment(guest=guest)))
        await eventually(lambda: len(notifier.statements("notification_sent")) == 4, timeout=20)
    (asked,) = await mails(inspect, "日程調整をお願いします")
    assert "https://chosei.example.jp/g/TOKEN" in asked["text"]
    assert "日時候補から日時選択をする" in asked["html"]
    (told,) = await mails(inspect, "日程が確定しました")
    assert told["subject"] == "[株式会社サンプル]アポイントメントの日程が確定しました[Chosei]"
    assert JOIN.url in told["text"]
    assert "METHOD:REQUEST" in told["ics"]
    assert told["from"].endswith("<noreply@example.jp>")
