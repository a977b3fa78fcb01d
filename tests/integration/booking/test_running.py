"""The whole service on the real broker: events in, events out, nothing lost between commit and publish (G27)."""

import base64
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.booking.app import build_app
from services.booking.model.cells import bitset_of
from services.booking.model.spans import Span
from services.booking.settings import Settings
from shared import clock
from shared.contracts.calendar_sync import BusyMonth, BusyTimesChanged, CalendarConnected, Provider
from shared.contracts.envelope import EventData
from shared.contracts.gateway import OrganizationChanged, StaffChanged
from shared.contracts.people import Account, Person
from shared.contracts.zoom_issuer import ZoomUserAssigned, ZoomUsersReplaced
from tests.builders import BUS_KEYS, DATA_KEYS, ORGANIZATION, an_event
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import Bus, listening, running_service
from tests.integration.booking.world import TARO, TOKEN_KEYS, FakeLook, a_request, a_slot_at
from tests.waiting import eventually

HEADERS = {"x-organization-id": ORGANIZATION, "x-staff-id": TARO, "x-role": "member"}


@dataclass
class Running:
    """The service's HTTP interface and the bus."""

    client: httpx.AsyncClient
    bus: Bus
    settings: Settings

    async def propose(self, **changes: Any) -> dict[str, Any]:
        body = a_request(attendee_ids=[TARO], **changes)

        async def made() -> dict[str, Any] | None:
            answer = await self.client.post("/internal/proposals", json=body, headers=HEADERS)
            proposal: dict[str, Any] = answer.json()
            return proposal if answer.status_code == 201 else None

        return await eventually(made)

    async def confirm(self, proposal: dict[str, Any]) -> httpx.Response:
        token = proposal["guest_url"].rpartition("/")[2]
        body = {"slot_id": proposal["slots"][0]["id"], "name": "田中花子"}
        return await self.client.post("/internal/guest/proposal/confirm", json=body, headers={"x-guest-token": token})


def known_facts() -> list[tuple[EventData, str]]:
    now = clock.now()
    window = Span(now, now + timedelta(days=60))
    months = [
        BusyMonth(month=month, bits=base64.b64encode(zlib.compress(bitset_of([], month))).decode())
        for month in window.months()
    ]
    person = Person(name="山田太郎", email="taro@example.jp")
    account = Account(email=person.email)
    return [
        (
            BusyTimesChanged(
                staff_id=TARO,
                read_at=now,
                window_start_at=window.start_at,
                window_end_at=window.end_at,
                months=months,
            ),
            TARO,
        ),
        (CalendarConnected(staff_id=TARO, provider=Provider.MICROSOFT, account=account), TARO),
        (ZoomUserAssigned(staff_id=TARO, zoom_user_id="zoom-1"), TARO),
        (StaffChanged(person=person, role="member", time_zone="Asia/Tokyo", locale="ja", zoom_user=""), TARO),
        (
            OrganizationChanged(
                name="株式会社サンプル",
                product_name="Chosei",
                time_zone="Asia/Tokyo",
                locale="ja",
                reminder_time="07:00",
                allow_zoom_basic=True,
                drift_policy="ask",
                mail_format="html",
            ),
            ORGANIZATION,
        ),
    ]


@pytest.fixture
async def running(emptied_broker: Broker, emptied_database_url: str) -> AsyncIterator[Running]:
    settings = Settings(
        amqp_url=emptied_broker.url("booking"),
        mongo_url=emptied_database_url,
        bus_keys=BUS_KEYS,
        data_keys=DATA_KEYS,
        token_keys=TOKEN_KEYS,
        api_tokens="tests:test-token",
        calendar_sync_url="http://127.0.0.1:1",
        calendar_sync_token="none",
    )
    async with listening(emptied_broker.url()) as bus, running_service(build_app(settings, look=FakeLook())) as client:
        for data, subject in known_facts():
            await bus.publish(an_event(data, subject=subject), times=2)
        yield Running(client, bus, settings)


async def test_a_confirmation_is_published_and_takes_the_slots_of_others(running: Running) -> None:
    first = await running.propose(slots=[a_slot_at(2, 13)])
    other = await running.propose(slots=[a_slot_at(2, 13, 30), a_slot_at(3, 9)], allow_overlap=True)
    assert (await running.confirm(first)).status_code == 201
    changed = await eventually(lambda: running.bus.of("booking.slots_changed.v1"))
    assert (changed[0]["proposal"]["proposal_id"], changed[0]["reason"]) == (other["id"], "taken")
    assert len(running.bus.of("booking.slots_proposed.v1")) == 2
    assert len(running.bus.of("booking.appointment_confirmed.v1")) == 1


async def test_g27_what_a_crash_left_unpublished_is_published_by_another_process(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = await running.propose()
    with monkeypatch.context() as patched:
        patched.setattr("shared.messaging.relay.Relay.publish_soon", lambda *_: None)
        async with running_service(build_app(running.settings, look=FakeLook())) as client:
            crashing = Running(client, running.bus, running.settings)
            assert (await crashing.confirm(proposal)).status_code == 201
            assert running.bus.of("booking.appointment_confirmed.v1") == []
    await eventually(lambda: running.bus.of("booking.appointment_confirmed.v1"))


async def test_c1_c2_a_bookables_meeting_follows_its_zoom_user_into_another_account(running: Running) -> None:
    admin = HEADERS | {"x-role": "admin"}
    await eventually(running.propose)  # all facts are known

    async def made(path: str, **body: Any) -> str:
        answer = await running.client.post(f"/internal/{path}", json=body, headers=admin)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def replaced(since: timedelta, **pairs: str) -> None:
        data = ZoomUsersReplaced(replaced=pairs, since=clock.now() + since)
        await running.bus.publish(an_event(data, subject="con_account"), times=2)

    booth = await made("bookables", name="窓口", zoom_user_id="first")
    kind = await made("meeting-types", name="Zoom面談", location="zoom")
    await made("appointments", title="面談", meeting_type_id=kind, bookable_id=booth, **a_slot_at(4, 9))
    await replaced(timedelta(minutes=2), first="third", second="third")
    await replaced(timedelta(minutes=1), first="second")

    def users() -> list[str]:
        told = running.bus.of("booking.appointment_changed.v1")
        return [one["appointment"]["zoom_user_id"] for one in told]

    async def at_the_third() -> bool:
        shown = await running.client.get(f"/internal/bookables/{booth}", headers=admin)
        return shown.json()["zoom_user_id"] == "third" and users()[-1:] == ["third"]

    await eventually(at_the_third)
