"""What became of an invitation's mail, as notifier said it, in any order; and the pages that say so."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from shared import clock
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.notifier import Audience, NotificationFailed, NotificationSent, Purpose
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import Bus, listening
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of
from tests.waiting import eventually

ADMIN = "admin@example.jp"


@pytest.fixture
async def bus(gateway_broker: Broker) -> AsyncIterator[Bus]:
    async with listening(gateway_broker.url()) as heard:
        yield heard


async def invited(gateway: Installation, email: str) -> dict[str, Any]:
    added = await gateway.admin.post("/api/v1/staff", json={"name": "中村健一", "email": email})
    assert added.status_code == 201, added.text
    made: dict[str, Any] = added.json()
    return made


def failed(
    staff_id: str, revision: int, reason: str, *, at: datetime, retry_at: datetime | None = None
) -> CloudEvent[Any]:
    data = NotificationFailed(
        about=staff_id,
        revision=revision,
        purpose=Purpose.INVITED,
        audience=Audience.STAFF,
        reason=reason,
        suppressed=False,
        retry_at=retry_at,
    )
    return envelope(data, subject=staff_id, organization_id="o", version=revision, cause=Cause.outside(), at=at)


def sent(staff_id: str, revision: int, *, at: datetime) -> CloudEvent[Any]:
    data = NotificationSent(
        about=staff_id,
        revision=revision,
        purpose=Purpose.INVITED,
        audience=Audience.STAFF,
        message_id="<m@chosei>",
        with_meeting=False,
    )
    return envelope(data, subject=staff_id, organization_id="o", version=revision, cause=Cause.outside(), at=at)


async def told(gateway: Installation, staff_id: str) -> str | None:
    answer: str | None = (await gateway.admin.get(f"/api/v1/staff/{staff_id}")).json()["invitation_mail"]
    return answer


async def heard(gateway: Installation, staff_id: str, state: str) -> None:
    async def is_told() -> bool:
        return await told(gateway, staff_id) == state

    await eventually(is_told)


async def test_an_invitation_that_was_refused_is_said_and_can_be_sent_again(gateway: Installation, bus: Bus) -> None:
    member = await invited(gateway, "refused@example.jp")
    assert member["invitation_mail"] is None
    now, page = clock.now(), gateway.pages(ADMIN)
    await bus.publish(failed(member["id"], 1, "smtp_550 no such user", at=now))
    await heard(gateway, member["id"], "failed")
    for path in ("/members", f"/members/{member['id']}"):
        shown = (await page.get(path)).text
        assert "refused@example.jp 宛ての招待メールを送信できませんでした。" in shown
        assert "宛先のメールサーバーが受け取らなかったため" in shown
    assert "に招待メールを送りました。" not in shown
    assert "送信できなかった" not in (await gateway.pages("taro@example.jp").get("/members")).text
    form = {"csrf_token": await token_of(page, "/members")}
    again = await page.post(f"/members/{member['id']}/invite", data=form)
    assert again.headers["location"] == f"/members/{member['id']}?said=invited"
    assert await told(gateway, member["id"]) is None
    assert "送信できなかった" not in (await page.get("/members")).text


async def test_a_mail_that_is_tried_again_says_when(gateway: Installation, bus: Bus) -> None:
    member = await invited(gateway, "later@example.jp")
    now = clock.now()
    await bus.publish(failed(member["id"], 1, "smtp_451", at=now, retry_at=now + timedelta(minutes=2)))
    await heard(gateway, member["id"], "waiting")
    shown = (await gateway.pages(ADMIN).get(f"/members/{member['id']}")).text
    assert "later@example.jp 宛ての招待メールをまだ送信できていません。" in shown
    await bus.publish(sent(member["id"], 1, at=now + timedelta(minutes=2)))
    await heard(gateway, member["id"], "sent")


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_end_counts_in_any_order_and_an_older_link_does_not(
    gateway: Installation, bus: Bus, order: tuple[int, ...]
) -> None:
    name = "".join(map(str, order))
    member = await invited(gateway, f"order-{name}@example.jp")
    now, staff_id = clock.now(), member["id"]
    await gateway.admin.post(f"/api/v1/staff/{staff_id}/invitation")
    events = [
        failed(staff_id, 1, "smtp_550", at=now + timedelta(minutes=9)),
        failed(staff_id, 2, "smtp_451", at=now, retry_at=now + timedelta(minutes=2)),
        sent(staff_id, 2, at=now + timedelta(minutes=2)),
    ]
    for place in order:
        await bus.publish(events[place], times=2)
    await heard(gateway, staff_id, "sent")
    marker = await invited(gateway, f"marker-{name}@example.jp")
    await bus.publish(failed(marker["id"], 1, "smtp_550", at=now))
    await heard(gateway, marker["id"], "failed")
    assert await told(gateway, staff_id) == "sent"
