"""Several holds settled at once: all of them and one event, or nothing (G10)."""

from datetime import timedelta
from typing import Any, cast

import pytest

from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.releases import Releases
from services.calendar_sync.store.rows import row_of
from services.calendar_sync.usecases.announce import released
from shared import clock
from shared.due import Lease
from shared.messaging.relay import Relay
from shared.mongo import Database, Document
from tests.integration.calendar_sync.test_drift_rows import ROW, _NoRelay


def a_hold(slot_id: str) -> Document:
    name = f"hold/{slot_id}/stf_1"
    leased = {"lease": {"token": f"lse_{slot_id}"}, "due_at": clock.now(), "failed_tries": 2}
    wanted = {"kind": "hold", "about": "prp_1", "slot_id": slot_id, "present": False}
    return {**ROW, **wanted, **leased, "_id": name, "missing_since": None, "suspected": False}


def lease_of(document: Document) -> Lease:
    return Lease(document, document["lease"]["token"], clock.real_now() + timedelta(minutes=1))


async def settle(database: Database, *documents: Document) -> tuple[bool, list[Lease]]:
    releases = Releases(database.client, Ledger(database["ledger"], cast(Relay, _NoRelay())))
    leases = [lease_of(one) for one in documents]
    rows = [row_of(one) for one in documents]
    return await releases.settle(list(zip(leases, rows, strict=True)), released(rows)), leases


async def test_all_are_settled_handed_back_and_told_by_one_event(database: Database) -> None:
    holds = [a_hold("slt_1"), a_hold("slt_2")]
    await database["ledger"].insert_many(holds)
    done, leases = await settle(database, *holds)
    assert done
    assert all(lease.handed_back for lease in leases)
    rows = await database["ledger"].find().to_list(None)
    assert all(row["written"] is None and row["removed"]["entry_id"] == "entry-1" for row in rows)
    assert not any(name in row for row in rows for name in ("lease", "due_at", "failed_tries"))
    assert len({row["said_at"] for row in rows}) == 1
    assert sum(len(row.get("outbox", [])) for row in rows) == 1


@pytest.mark.parametrize("meanwhile", [{"wanted_version": 2}, {"lease": {"token": "another's"}}])
async def test_g10_nothing_is_settled_or_told_where_one_is_another_worker_s_or_wanted_otherwise(
    database: Database, meanwhile: dict[str, Any]
) -> None:
    holds = [a_hold("slt_1"), a_hold("slt_2")]
    await database["ledger"].insert_many(holds)
    await database["ledger"].update_one({"_id": holds[1]["_id"]}, {"$set": meanwhile})
    done, leases = await settle(database, *holds)
    assert not done
    assert not any(lease.handed_back for lease in leases)
    rows = await database["ledger"].find().to_list(None)
    assert all(row["written"] and "lease" in row and not row.get("outbox") for row in rows)
