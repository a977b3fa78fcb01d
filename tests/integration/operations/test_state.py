"""How a service stands, as its operations tell (X7): outbox, due rows, queues, and that a broker that is away hides
nothing else.
"""

from datetime import timedelta

from shared import clock
from shared.due import DueWorker, Lease
from shared.messaging import outbox
from shared.mongo import Collection
from tests.infrastructure.broker import Broker
from tests.integration.messaging.small_service import a_service, revoked
from tests.integration.operations.test_parked import ask
from tests.waiting import eventually


def failing(things: Collection) -> list[DueWorker]:
    async def fail(lease: Lease) -> None:
        raise RuntimeError("not today")

    return [DueWorker("things", things, fail, look_every=timedelta(seconds=0.1))]


async def test_x7_due_rows_that_end_in_an_error_are_counted(quick_broker: Broker, database_url: str) -> None:
    async with a_service(quick_broker, database_url, workers=failing) as service:
        await service.things.insert_one({"_id": "row", "due_at": clock.now(), "outbox": []})

        async def counted() -> bool:
            (work,) = (await ask(service, "GET", "")).json()["work"]
            return work["name"] == "things" and work["failing"] == 1

        await eventually(counted)


async def test_x7_what_waits_in_the_outbox_shows_since_when(quick_broker: Broker, database_url: str) -> None:
    async with a_service(quick_broker, database_url) as service:
        await service.relay.stop()
        (entry,) = outbox.entries([revoked()])
        old = clock.real_now() - timedelta(minutes=5)
        await service.things.insert_one({"_id": "thing", "outbox": [{**entry, "at": old}]})
        state = (await ask(service, "GET", "")).json()
        assert state["outbox"]["waiting"] == 1
        assert state["outbox"]["oldest_at"].startswith(old.strftime("%Y-%m-%dT%H:%M:%S"))
        assert state["bus"]["reachable"] is True
