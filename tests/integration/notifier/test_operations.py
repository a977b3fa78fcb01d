"""Mails that are owed, through the operations (X7): seen with the reason, tried again, given up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from tests.integration.notifier.conftest import NewNotifier, Notifier, PostOffice
from tests.integration.operations.asking import decide, operations, owed
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    GUEST,
    ORGANIZATION_ID,
    an_appointment,
    canceled,
    confirmed,
    meeting_issued,
)
from tests.waiting import eventually


@asynccontextmanager
async def asked(notifier: Notifier) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": "Bearer secret", "x-organization-id": ORGANIZATION_ID}
    transport = httpx.ASGITransport(notifier.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
        yield client


async def test_x7_a_refused_mail_says_why_and_goes_out_when_it_is_retried(
    notifier: Notifier, post_office: PostOffice
) -> None:
    post_office.refused[GUEST.email] = "550 no such user"
    await notifier.hear(meeting_issued(), confirmed())
    async with asked(notifier) as service:
        [effect] = await eventually(lambda: owed(service, status="failed"))
        assert (effect["about"], effect["effect"], effect["of"]) == (APPOINTMENT_ID, "mail", "guest")
        assert (effect["reason"], effect["purpose"]) == ("smtp_550", "confirmed")
        assert (await operations(service))["effects"] == {"failed": 1, "waiting": 0}
        post_office.refused.clear()
        assert (await decide(service, effect, "retry")).status_code == 202
        await eventually(lambda: len(post_office.to(GUEST.email)) == 1)

        async def none_owed() -> bool:
            return await owed(service) == []

        await eventually(none_owed)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)


async def test_g10_a_mail_that_failed_is_tried_again_once_for_each_word(
    notifier: Notifier, post_office: PostOffice
) -> None:
    post_office.refused[GUEST.email] = "550 no such user"
    await notifier.hear(meeting_issued(), confirmed())
    async with asked(notifier) as service:
        [effect] = await eventually(lambda: owed(service, status="failed"))
        await decide(service, effect, "retry")
        await eventually(lambda: len(notifier.statements("notification_failed")) == 2)
        await notifier.hear(confirmed(), meeting_issued())
        post_office.refused.clear()
        [again] = await owed(service)
        await decide(service, again, "retry")
        await decide(service, again, "retry")
        await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert len(post_office.to(GUEST.email)) == 1
    assert len(notifier.statements("notification_failed")) == 2


async def test_x7_a_mail_that_waits_for_the_server_is_given_up(
    new_notifier: NewNotifier, post_office: PostOffice
) -> None:
    notifier = await new_notifier(retry_first=timedelta(minutes=1), retry_most=timedelta(minutes=1))
    post_office.refused[GUEST.email] = "450 busy"
    await notifier.hear(meeting_issued(), confirmed())
    async with asked(notifier) as service:
        [effect] = await eventually(lambda: owed(service, status="waiting"))
        assert effect["until"] is not None
        assert (await decide(service, effect, "give-up", reason="電話で伝えた")).status_code == 202
        ended = await eventually(
            lambda: [one for one in notifier.statements("notification_failed") if one["suppressed"]]
        )
        assert [one["reason"] for one in ended] == ["given_up"]
        assert await owed(service) == []


async def test_x7_a_failure_that_was_looked_at_is_no_more_listed(notifier: Notifier, post_office: PostOffice) -> None:
    post_office.refused[GUEST.email] = "550 no such user"
    await notifier.hear(meeting_issued(), confirmed())
    async with asked(notifier) as service:
        [effect] = await eventually(lambda: owed(service, status="failed"))
        await decide(service, effect, "give-up", reason="確認済み")
        assert await owed(service) == []
        await notifier.hear(canceled(an_appointment(revision=2)))
        await eventually(lambda: len(notifier.statements("notification_failed")) == 2)
        listed = await eventually(lambda: owed(service))
    assert [one["purpose"] for one in listed] == ["canceled"]
