"""How a service stands, as its operations tell (X7): outbox, due rows, queues, and that a broker that is away hides
nothing else.
"""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.calendar_sync.store.owed import OwedRows
from services.notifier.owed import OwedMails
from services.zoom_issuer.store.owed import OwedMeetings
from shared import clock
from shared.due import DueWorker, Lease
from shared.messaging import outbox
from shared.mongo import Collection
from shared.operations.own import OwedEffects
from shared.operations.state import work_states
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


def rows_of(rows: Collection) -> Any:
    """In place of notifier's matters."""
    return SimpleNamespace(collection=rows)


@pytest.mark.parametrize(
    ("owed", "trouble"),
    [
        (lambda rows: OwedMeetings("zoom_issuer", rows, print), {"error": "zoom_failed"}),
        (lambda rows: OwedRows("calendar_sync", rows, print), {"why": "unavailable"}),
        (lambda rows: OwedMails("notifier", rows_of(rows), print), {"troubled": ["waiting|confirmed.guest:1"]}),
    ],
    ids=["meetings", "entries", "mails"],
)
async def test_x7_what_was_tried_and_what_was_not_add_up_to_all_that_is_due(
    quick_broker: Broker, database_url: str, owed: Callable[[Collection], OwedEffects], trouble: dict[str, Any]
) -> None:
    now = clock.now()
    rows: dict[str, dict[str, Any]] = {
        "untried": {"since": 3},
        "since longer": {"since": 9},
        "in trouble": {"since": 20, **trouble},
        "failed": {"since": 30, "failed_tries": 1},
        "held": {"since": 40, "lease": {"token": "t", "until": clock.real_now() + timedelta(minutes=1)}},
        "later": {"since": -60},
    }
    async with a_service(quick_broker, database_url) as service:
        for row_id, row in rows.items():
            since = now - timedelta(seconds=row.pop("since"))
            await service.things.insert_one({"_id": row_id, "due_at": since, "outbox": [], **row})
        (work,) = await work_states(failing(service.things), owed(service.things))
        assert (work.waiting, work.held, work.untried) == (4, 1, 2)
        assert work.oldest_untried_at == (now - timedelta(seconds=9)).replace(
            microsecond=now.microsecond // 1000 * 1000
        )
        (other,) = await work_states(failing(service.things), None)
        assert (other.waiting, other.untried) == (4, 3)


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
