"""The sweep with entries that cannot be published, and what it says of those that wait."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.messaging import outbox
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay
from shared.mongo import Collection, Database
from tests.infrastructure.broker import Broker
from tests.infrastructure.measured import measured
from tests.integration.messaging.small_service import a_service, revoked
from tests.waiting import eventually


class Refusing(Relay):
    """Fails where the broker would refuse, without the waiting: entries whose routing key is not ours."""

    def __init__(self, collections: Sequence[Collection]) -> None:
        super().__init__(None, collections)  # type: ignore[arg-type]
        self.tried: list[str] = []

    async def _publish(self, entry: Entry) -> None:
        self.tried.append(entry["id"])
        if entry["routing_key"] == "refused":
            raise ConnectionRefusedError(entry["id"])


def waiting_thing(number: int, *, refused: bool = False) -> dict[str, Any]:
    (entry,) = outbox.entries([revoked(f"apt_{number}")])
    entry["at"] = clock.real_now() - timedelta(minutes=10) + timedelta(seconds=number)
    if refused:
        entry["routing_key"] = "refused"
    return {"_id": number, "outbox": [{**entry, "id": str(number)}]}


@pytest.fixture
def collections(database: Database) -> list[Collection]:
    return [database["things"], database["others"]]


async def test_the_oldest_go_first_whatever_order_they_were_stored_in(collections: list[Collection]) -> None:
    relay, (things, _) = Refusing(collections), collections
    await things.insert_many([waiting_thing(number) for number in (3, 1, 2)])
    assert await relay.sweep() == 3
    assert relay.tried == ["1", "2", "3"]


async def test_g27_entries_that_keep_failing_do_not_keep_others_from_being_published(
    collections: list[Collection],
) -> None:
    relay, (things, _) = Refusing(collections), collections
    await things.insert_many([waiting_thing(number, refused=True) for number in range(250)])
    await things.insert_many([waiting_thing(number) for number in range(250, 260)])
    sweeps = 0
    while await things.count_documents({"_id": {"$gte": 250}, "outbox": {"$ne": []}}):
        sweeps += 1
        assert sweeps < 100
        await relay.sweep()


async def test_g27_all_that_failed_while_the_broker_was_away_gets_its_turn_beside_what_keeps_failing(
    collections: list[Collection],
) -> None:
    relay, (things, _) = Refusing(collections), collections
    await things.insert_many([waiting_thing(number, refused=True) for number in range(8)])
    for _ in range(3):
        await relay.sweep()
    await things.update_one({"_id": 5}, {"$set": {"outbox.0.routing_key": "booking.again"}})
    sweeps = 0
    while await things.count_documents({"_id": 5, "outbox": {"$ne": []}}):
        sweeps += 1
        assert sweeps < 10
        await relay.sweep()


async def test_a_broker_that_is_away_is_not_asked_for_every_entry(collections: list[Collection]) -> None:
    relay, (things, _) = Refusing(collections), collections
    await things.insert_many([waiting_thing(number, refused=True) for number in range(50)])
    await relay.sweep()
    assert len(relay.tried) == 3


async def test_the_age_is_that_of_the_oldest_entry_of_all_collections(collections: list[Collection]) -> None:
    relay, (old, new) = Refusing(collections), collections
    await old.insert_one(waiting_thing(0, refused=True))
    await new.insert_one(waiting_thing(300, refused=True))
    await relay.sweep()
    assert 600 <= _age() < 660


async def test_the_age_falls_when_everything_is_published(quick_broker: Broker, database_url: str) -> None:
    heard: list[str] = []

    async def take(event: CloudEvent[MeetingRevoked]) -> None:
        heard.append(event.subject)

    published = measured("chosei_publish_seconds_count")
    async with a_service(quick_broker, database_url, take) as service:
        await service.things.insert_one(waiting_thing(1))
        await eventually(lambda: heard == ["apt_1"])
        await eventually(lambda: _age() == 0)
    assert measured("chosei_publish_seconds_count") > published
    assert measured("chosei_event_lag_seconds_count", queue="booking.zoom_issuer.meeting_revoked.v1")


def _age() -> float:
    return measured("chosei_outbox_age_seconds")


async def test_what_is_confirmed_while_a_write_is_under_way_leaves_the_outboxes_with_the_next(
    collections: list[Collection],
) -> None:
    things, writes = collections[0], []

    class Counting(Refusing):
        async def _clear(self, collection: Collection) -> None:
            writes.append(len(self._published.get(collection.name, [])))
            await super()._clear(collection)

    relay = Counting(collections)
    documents = [waiting_thing(number) for number in range(50)]
    await things.insert_many(documents)
    for document in documents:
        relay.publish_soon(things, document["_id"], document["outbox"])
    await relay.stop()
    assert sum(writes) == 50
    assert len(writes) < 10
    assert await things.count_documents({"outbox": {"$ne": []}}) == 0
