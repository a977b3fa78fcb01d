"""Erasing a guest (X5): mails, webhooks' log and what is parked, on the real broker, and what comes late."""

from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import orjson
import pytest
from bson import json_util

from shared.contracts.booking import AppointmentConfirmed, FormerGuest
from shared.contracts.erasure import ErasureReason, GuestErasureRequested
from shared.contracts.sealed import ErasureSecrets
from tests.infrastructure.receiver import Receiver, receiving
from tests.integration.notifier.conftest import NewNotifier, Notifier, PostOffice
from tests.integration.notifier.hooks import at_the_desk
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    BUS,
    GUEST,
    PROPOSAL_ID,
    an_appointment,
    an_event,
    canceled,
    changed,
    confirmed,
    meeting_issued,
    proposal_event,
)
from tests.waiting import eventually

PERSONAL = (GUEST.name, GUEST.email, GUEST.company, "社内だけのメモ")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


PARKED = f"notifier.{AppointmentConfirmed.routing_key}.parked"


def to_erase(version: int = 1, *, former: bool = False) -> Any:
    data = GuestErasureRequested(
        reason=ErasureReason.ASKED,
        appointment_ids=[] if former else [APPOINTMENT_ID],
        proposal_ids=[] if former else [PROPOSAL_ID],
        former_ids=[APPOINTMENT_ID] if former else [],
        sealed=ErasureSecrets(email=GUEST.email.upper()).seal(BUS, subject="ers_1"),
    )
    return an_event(data, subject="ers_1", version=version)


async def answered(notifier: Notifier, version: int = 1) -> dict[str, Any]:
    def found() -> list[dict[str, Any]]:
        told = [one for one in notifier.said if one["type"] == "chosei.notifier.mail_data_erased.v1"]
        return [one for one in told if one["aggregateversion"] == version]

    return (await eventually(found))[0]


async def everything(notifier: Notifier) -> str:
    rows: list[Any] = []
    for name in await notifier.database.list_collection_names():
        rows += await notifier.database[name].find().to_list(None)
    return json_util.dumps(rows, ensure_ascii=False)


async def ended(notifier: Notifier, post_office: PostOffice, mails: int = 2) -> None:
    """Confirmed, then cancelled, and both sides know."""
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(post_office.taken) == mails)
    await notifier.hear(canceled(an_appointment(revision=2)))
    await eventually(lambda: len(post_office.taken) == 2 * mails)


async def test_x5_nothing_of_the_guest_is_left_and_late_events_bring_nothing_back(
    notifier: Notifier, post_office: PostOffice
) -> None:
    await ended(notifier, post_office)
    await notifier.hear(to_erase())
    told = await answered(notifier)
    assert (told["subject"], told["data"]) == ("ers_1", {"left_outside": 0})
    assert [word for word in PERSONAL if word in await everything(notifier)] == []
    await notifier.hear(confirmed(an_appointment(revision=3)), proposal_event(), meeting_issued(revision=3))
    await notifier.hear(to_erase(2))
    await answered(notifier, 2)
    late = confirmed(an_appointment(appointment_id="apt_other", proposal_id=None, wants_meeting=False))
    await notifier.hear(late)
    await eventually(lambda: len(post_office.taken) == 6)
    assert {taken.recipients for taken in post_office.taken[4:]} >= {(GUEST.email,)}
    for about in (APPOINTMENT_ID, PROPOSAL_ID):
        assert (await notifier.matter(about))["erased"] is True
        assert GUEST.email not in json_util.dumps(await notifier.matter(about), ensure_ascii=False)


async def test_x5_what_is_to_be_told_is_told_first(new_notifier: NewNotifier, post_office: PostOffice) -> None:
    notifier = await new_notifier()
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(post_office.taken) == 2)
    post_office.replies = ["451 later"] * 3
    await notifier.hear(canceled(an_appointment(revision=2)))
    await eventually(lambda: len(post_office.replies) < 3)
    await notifier.hear(to_erase())
    await answered(notifier)
    assert len(post_office.to(GUEST.email)) == 2
    assert GUEST.email not in await everything(notifier)


async def test_x5_parked_messages_about_the_guest_go_and_others_stay(notifier: Notifier) -> None:
    for about in (APPOINTMENT_ID, "apt_other"):
        body = {"specversion": "1.0", "data": {"appointment": {"appointment_id": about, "guest": GUEST.model_dump()}}}
        message = aio_pika.Message(orjson.dumps(body), content_type="application/cloudevents+json")
        await notifier.exchange.publish(message, routing_key=AppointmentConfirmed.routing_key)

    async def parked() -> int:
        queue = await notifier.channel.declare_queue(PARKED, passive=True)
        return queue.declaration_result.message_count or 0

    async def has(count: int) -> bool:
        return await parked() == count

    await eventually(lambda: has(2))
    await notifier.hear(to_erase())
    await answered(notifier)
    await eventually(lambda: has(1))
    queue = await notifier.channel.get_queue(PARKED)
    left = await queue.get()
    assert b"apt_other" in left.body
    await left.ack()


async def test_x5_the_log_of_webhooks_forgets_and_takes_nothing_late(
    new_notifier: NewNotifier, post_office: PostOffice, receiver: Receiver
) -> None:
    async with at_the_desk(new_notifier) as desk:
        one = await desk.make(receiver.url())
        await ended(desk.notifier, post_office)
        await eventually(lambda: len(receiver.received) == 2)
        await desk.notifier.hear(to_erase())
        await answered(desk.notifier)
        await eventually(lambda: len(receiver.received) == 3)
        assert [kept["event"] for kept in await desk.deliveries(one)] == ["booking.guest_erasure_requested.v1"]
        assert GUEST.email.encode() not in receiver.received[-1].body
        await desk.notifier.hear(confirmed())
        await desk.notifier.hear(confirmed(an_appointment(appointment_id="apt_other", proposal_id=None)))
        await eventually(lambda: len(receiver.received) == 4)
        subjects = {kept["subject"] for kept in await desk.deliveries(one)}
        assert subjects == {"ers_1", "apt_other"}


@pytest.mark.parametrize("times", [1, 2])
async def test_x5_who_gave_their_place_away_is_left_out_of_what_stays(
    notifier: Notifier, post_office: PostOffice, times: int
) -> None:
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(post_office.taken) == 2)
    another = GUEST.model_copy(update={"name": "後任者", "email": "next@example.jp", "company": ""})
    now = an_appointment(revision=2, guest=another, title="後任者 様")
    before = an_appointment()
    former = FormerGuest(
        guest=GUEST,
        guest_time_zone="",
        guest_locale="",
        title=before.title,
        start_at=before.start_at,
        end_at=before.end_at,
    )
    await notifier.hear(changed(now, former_guest=former))
    await eventually(lambda: post_office.to("next@example.jp"))
    await eventually(lambda: len(post_office.to(GUEST.email)) == 2)
    for version in range(1, times + 1):
        await notifier.hear(to_erase(version, former=True))
        await answered(notifier, version)
    left = await everything(notifier)
    assert [word for word in PERSONAL if word in left] == []
    assert "next@example.jp" in left
    mails = len(post_office.taken)
    await notifier.hear(canceled(now.model_copy(update={"revision": 3})))
    await eventually(lambda: len(post_office.taken) == mails + 2)
    assert len(post_office.to("next@example.jp")) == 2
