"""Which mails of a request go out (H4), in whatever order and how often its events are heard."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from shared import clock
from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentConfirmed,
    AppointmentRequested,
    EndOfRequest,
    PageRef,
)
from shared.contracts.envelope import CloudEvent
from shared.contracts.sealed import AppointmentSecrets
from tests.unit.notifier.builders import APPOINTMENT_ID, BUS, NOON, an_appointment, an_event
from tests.unit.notifier.desk import Desk

UNTIL = NOON + timedelta(hours=1)
MANAGE = "https://chosei.example.jp/a/TOKEN"


def about(kind: Any, revision: int, message: str = "", **more: Any) -> CloudEvent[Any]:
    page = PageRef(page_id="pag_1", title="相談", slug="soudan")
    appointment = an_appointment(revision=revision, proposal_id=None, page=page, wants_meeting=False)
    secrets = AppointmentSecrets(guest_url=MANAGE, message=message)
    data = kind(appointment=appointment, sealed=secrets.seal(BUS, subject=APPOINTMENT_ID), **more)
    return an_event(data, subject=APPOINTMENT_ID, version=revision)


ASKED = about(AppointmentRequested, 1, answer_by=UNTIL)
APPROVED = about(AppointmentConfirmed, 2)
DECLINED = about(AppointmentCanceled, 2, "満席です。", was_requested=True, end_of_request=EndOfRequest.DECLINED)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(APPOINTMENT_ID, NOON)
    with mock.patch.object(clock, "now", side_effect=lambda: made.now):
        yield made


def purposes(desk: Desk) -> list[str]:
    return sorted({f"{letter.delivery.purpose}.{letter.delivery.audience}" for letter in desk.letters.values()})


@pytest.mark.parametrize(("end", "word"), [(APPROVED, "confirmed"), (DECLINED, "declined")])
async def test_h4_who_hears_the_end_first_sends_only_that(desk: Desk, end: CloudEvent[Any], word: str) -> None:
    for event in (end, ASKED, end, ASKED):
        await desk.hear(event)
        await desk.work()
    await desk.rest()
    assert purposes(desk) == [f"{word}.guest", f"{word}.staff"]


@pytest.mark.parametrize("order", list(itertools.permutations([ASKED, DECLINED, DECLINED])))
async def test_h4_whatever_the_order_the_last_mail_says_how_it_ended(
    desk: Desk, order: tuple[CloudEvent[Any], ...]
) -> None:
    for event in order:
        await desk.hear(event)
    await desk.rest()
    assert purposes(desk) == ["declined.guest", "declined.staff"]
    assert all(letter.entry is None for letter in desk.letters.values())
    assert all("満席です。" in letter.text for letter in desk.letters.values())


async def test_h4_both_sides_are_told_of_a_request_and_of_its_end(desk: Desk) -> None:
    await desk.hear(ASKED)
    await desk.work()
    await desk.hear(DECLINED)
    await desk.rest()
    assert purposes(desk) == ["declined.guest", "declined.staff", "requested.guest", "requested.staff"]


async def test_h4_nobody_is_asked_once_the_time_to_answer_is_over(desk: Desk) -> None:
    desk.now = UNTIL
    await desk.hear(ASKED)
    await desk.rest()
    assert purposes(desk) == []
