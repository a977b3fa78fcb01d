"""Parked messages through a service's operations (X7): seen without their payload, put back, discarded on record."""

import asyncio
from datetime import timedelta

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractConnection

from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.messaging import turns
from shared.messaging.outcome import Terminal
from shared.messaging.parked import ALL, Action, Parked
from shared.messaging.replay import look
from shared.messaging.turns import taken, turn
from shared.operations import parking
from tests.builders import an_event
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import Bus, listening
from tests.integration.messaging.small_service import QUEUE, Service, a_service, revoked
from tests.integration.operations.asking import ADMIN
from tests.waiting import eventually

OPERATIONS = "/internal/operations"
PARKED = f"{QUEUE}.parked"


class Handler:
    """Refuses everything until it is repaired."""

    def __init__(self) -> None:
        self.broken = True
        self.handled: list[str] = []

    async def __call__(self, event: CloudEvent[MeetingRevoked]) -> None:
        if self.broken:
            raise Terminal("a bug")
        self.handled.append(event.subject)


async def park(broker: Broker, bus: Bus, *subjects: str) -> None:
    for subject in subjects:
        await bus.publish(revoked(subject))

    async def parked() -> bool:
        return await broker.depth(PARKED) == len(subjects)

    await eventually(parked)


async def ask(service: Service, method: str, path: str, **more: object) -> httpx.Response:
    return await service.client.request(method, OPERATIONS + path, headers=ADMIN, **more)  # type: ignore[arg-type]


async def listed(service: Service) -> list[dict[str, object]]:
    answer = (await ask(service, "GET", "/parked")).raise_for_status()
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_x7_what_is_parked_shows_what_it_is_and_why_and_nothing_of_its_payload(
    quick_broker: Broker, database_url: str
) -> None:
    handler = Handler()
    async with a_service(quick_broker, database_url, handler) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, "apt_1")
        (letter,) = await listed(service)
        assert letter["subject"] == "apt_1"
        assert letter["event_type"] == "chosei.zoom_issuer.meeting_revoked.v1"
        assert (letter["queue"], letter["service"]) == (QUEUE, "booking")
        assert (letter["error"], letter["attempts"]) == ("Terminal: a bug", 1)
        assert letter["parked_at"]
        assert "data" not in letter
        state = (await ask(service, "GET", "")).json()
        assert state["bus"]["parked"] == 1
        assert state["bus"]["queues"] == [{"name": QUEUE, "waiting": 0, "consumers": 1, "parked": 1}]


async def test_x7_one_is_replayed_by_its_id_and_the_others_stay(quick_broker: Broker, database_url: str) -> None:
    handler = Handler()
    async with a_service(quick_broker, database_url, handler) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, "apt_1", "apt_2")
        by_subject = {letter["subject"]: letter["id"] for letter in await listed(service)}
        handler.broken = False
        replayed = await ask(service, "POST", f"/parked/{by_subject['apt_2']}/replay")
        assert (replayed.status_code, replayed.json()["subject"]) == (202, "apt_2")
        await eventually(lambda: handler.handled == ["apt_2"])
        assert [letter["subject"] for letter in await listed(service)] == ["apt_1"]
        assert (await ask(service, "POST", f"/parked/{by_subject['apt_2']}/replay")).status_code == 404
        decided = (await ask(service, "GET", "/decisions")).json()["items"]
        assert [(one["action"], one["about"], one["by"]) for one in decided] == [("replay", "apt_2", "staff:stf_admin")]


async def test_x7_what_is_discarded_is_gone_and_on_record_with_the_reason(
    quick_broker: Broker, database_url: str
) -> None:
    async with a_service(quick_broker, database_url, Handler()) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, "apt_1")
        (letter,) = await listed(service)
        path = f"/parked/{letter['id']}/discard"
        assert (await ask(service, "POST", path, json={"reason": " "})).status_code == 422
        assert (await ask(service, "POST", path, json={"reason": "登録し直した"})).status_code == 200
        assert await listed(service) == []
        (decided,) = (await ask(service, "GET", "/decisions")).json()["items"]
        assert (decided["action"], decided["reason"], decided["target"]) == ("discard", "登録し直した", letter["id"])


async def test_x7_all_that_match_are_replayed_at_once(quick_broker: Broker, database_url: str) -> None:
    handler = Handler()
    async with a_service(quick_broker, database_url, handler) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, "apt_1", "apt_2", "apt_3")
        handler.broken = False
        assert (await ask(service, "POST", "/parked/replay", json={"match": "apt_3"})).json()["count"] == 1
        assert (await ask(service, "POST", "/parked/replay", json={})).json()["count"] == 2
        await eventually(lambda: sorted(handler.handled) == ["apt_1", "apt_2", "apt_3"])


async def test_g23_another_organizations_messages_are_neither_seen_nor_touched(
    quick_broker: Broker, database_url: str
) -> None:
    async with a_service(quick_broker, database_url, Handler()) as service, listening(quick_broker.url()) as bus:
        theirs = MeetingRevoked(appointment_id="apt_9", revision=1)
        await bus.publish(an_event(theirs, subject="apt_9").model_copy(update={"organizationid": "org_other"}))
        for nobodys in (b"not json", b'{"type":"chosei.x.v1"}'):
            await bus._exchange.publish(aio_pika.Message(nobodys), routing_key=MeetingRevoked.routing_key)

        async def all_parked() -> bool:
            return await quick_broker.depth(PARKED) == 3

        await eventually(all_parked)
        assert {letter["event_type"] for letter in await listed(service)} == {"unreadable", "chosei.x.v1"}
        assert (await ask(service, "POST", "/parked/replay", json={"match": "apt_9"})).json()["count"] == 0
        others = await service.client.get(f"{OPERATIONS}/parked", headers=ADMIN | {"x-organization-id": "org_other"})
        assert {letter["subject"] for letter in others.json()["items"]} == {"apt_9", "?"}


async def test_x7_who_looks_at_the_same_time_sees_all_of_it(quick_broker: Broker, database_url: str) -> None:
    async with a_service(quick_broker, database_url, Handler()) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, *(f"apt_{number}" for number in range(10)))
        looks = await asyncio.gather(*(listed(service) for _ in range(4)))
        assert [len(look) for look in looks] == [10] * 4


async def test_x7_what_lies_too_far_back_is_counted_and_comes_with_the_next_call(
    quick_broker: Broker, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "MOST", 2)
    handler = Handler()
    async with a_service(quick_broker, database_url, handler) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, *(f"apt_{number}" for number in range(5)))
        seen = (await ask(service, "GET", "/parked")).json()
        assert (len(seen["items"]), seen["total"], seen["unseen"]) == (2, 2, 3)
        handler.broken = False
        answers = [(await ask(service, "POST", "/parked/replay", json={})).json() for _ in range(3)]
        assert [(one["count"], one["unseen"]) for one in answers] == [(2, 3), (2, 1), (1, 0)]
        await eventually(lambda: sorted(handler.handled) == [f"apt_{number}" for number in range(5)])


async def test_x5_what_names_the_erased_goes_and_the_others_stay(quick_broker: Broker, database_url: str) -> None:
    async with a_service(quick_broker, database_url, Handler()) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, "apt_1", "apt_2", "apt_3")
        assert await service.parking.forget(()) == 0
        assert await service.parking.forget(("apt_2", "prp_9")) == 1
        assert {letter["subject"] for letter in await listed(service)} == {"apt_1", "apt_3"}


async def test_x5_an_erasure_takes_its_turn_after_who_holds_the_messages(
    quick_broker: Broker, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    holding, go_on = asyncio.Event(), asyncio.Event()
    asked: list[str] = []

    async def hold(one: Parked) -> None:
        holding.set()
        await go_on.wait()

    async with a_service(quick_broker, database_url, Handler()) as service, listening(quick_broker.url()) as bus:
        await park(quick_broker, bus, "apt_1", "apt_2")

        async def taking(connection: AbstractConnection, service: str) -> bool:
            asked.append(service)
            return await taken(connection, service)

        walk = asyncio.create_task(service.parking.walk(Action.DROP, ALL, hold))
        await holding.wait()
        monkeypatch.setattr(turns, "taken", taking)
        forgetting = asyncio.create_task(service.parking.forget(("apt_1", "apt_2")))
        await eventually(lambda: len(asked) > 1)  # refused once at least, while both are held or out of sight
        assert not forgetting.done()
        walk.cancel()
        await asyncio.gather(walk, return_exceptions=True)
        assert await forgetting == 2
        assert await listed(service) == []


async def test_x7_what_is_put_back_by_hand_at_the_broker_waits_for_its_turn_and_keeps_others_waiting(
    quick_broker: Broker, database_url: str
) -> None:
    handler, url = Handler(), quick_broker.url()
    async with a_service(quick_broker, database_url, handler) as service, listening(url) as bus:
        await park(quick_broker, bus, "apt_1", "apt_2")
        handler.broken = False
        async with turn(quick_broker.url("booking"), "booking"):
            by_hand = asyncio.create_task(look(url, [QUEUE], action=Action.REPLAY))
            looking = asyncio.create_task(listed(service))
            done, _ = await asyncio.wait({by_hand, looking}, timeout=1)
            assert not done
            async with turn(url, "notifier"):
                """Another service's is free."""
        assert len((await by_hand).found) == 2
        assert len(await looking) in (0, 2)
        await eventually(lambda: sorted(handler.handled) == ["apt_1", "apt_2"])


async def test_x7_a_turn_ends_with_its_holder(quick_broker: Broker) -> None:
    async with (
        await aio_pika.connect(quick_broker.url()) as holder,
        await aio_pika.connect(quick_broker.url()) as other,
    ):
        assert await taken(holder, "booking")
        assert not await taken(other, "booking")
        await holder.close()

        async def free() -> bool:
            return await taken(other, "booking")

        await eventually(free)


async def test_x7_who_has_waited_too_long_for_a_turn_is_told(
    quick_broker: Broker, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "_PATIENCE", timedelta(seconds=0.3))
    async with a_service(quick_broker, database_url, Handler()) as service, turn(quick_broker.url(), "booking"):
        assert (await ask(service, "GET", "/parked")).status_code == 503


@pytest.mark.parametrize(
    ("headers", "status"),
    [(ADMIN | {"x-role": "member"}, 403), (ADMIN | {"authorization": "Bearer wrong"}, 401)],
)
async def test_only_the_gateway_asks_and_only_for_administrators(
    quick_broker: Broker, database_url: str, headers: dict[str, str], status: int
) -> None:
    async with a_service(quick_broker, database_url, Handler()) as service:
        for method, path in (("GET", ""), ("GET", "/parked"), ("POST", "/parked/replay"), ("GET", "/effects")):
            answer = await service.client.request(method, OPERATIONS + path, headers=headers, json={})
            assert answer.status_code == status
