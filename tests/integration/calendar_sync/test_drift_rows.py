"""What a person decides about a frozen calendar outdoes what a worker is about to say (G17)."""

from typing import cast

import pytest

from services.calendar_sync.model.ledger import Verdict
from services.calendar_sync.store.drift import DriftRows
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.rows import row_of
from shared import clock, mongo
from shared.contracts.envelope import Cause
from shared.drift import GONE, KnownDrift
from shared.messaging.relay import Relay
from shared.mongo import Database
from tests.builders import tomorrow_at

ROW_ID, CONNECTION = "entry/apt_1/stf_1/google", "stf_1.google"
ROW = {
    "_id": ROW_ID,
    "organization_id": "org_1",
    "kind": "entry",
    "about": "apt_1",
    "staff_id": "stf_1",
    "slot_id": None,
    "provider": "google",
    "present": True,
    "participants": [],
    "after": [],
    "revision": 1,
    "wanted_version": 1,
    "generation": 0,
    "written": {
        "connection_id": CONNECTION,
        "provider": "google",
        "generation": 0,
        "entry_id": "entry-1",
        "ical_uid": "uid-1",
        "digest": "d",
        "with_meeting": False,
        "revision": 1,
    },
    "suspected": True,
    "missing_since": tomorrow_at(0),
    "cause": vars(Cause.outside()),
    "ends_at": tomorrow_at(5),
    "caused_at": tomorrow_at(0),
    "lease": {"token": "lse_1"},
}


@pytest.mark.parametrize("decided", [True, False])
async def test_g17_what_a_person_decided_meanwhile_is_not_told_as_deleted(database: Database, decided: bool) -> None:
    rows = database["ledger"]
    await rows.insert_one(ROW)
    row = row_of(ROW)
    if decided:
        decide = DriftRows(rows).decide
        await mongo.in_transaction(database.client, lambda session: decide(CONNECTION, Verdict.RESTORE, session))
    drift = KnownDrift("drf_1", GONE, 1)
    ledger = Ledger(rows, cast(Relay, _NoRelay()))
    await ledger.tell_drift({"_id": ROW_ID, "lease.token": "lse_1"}, row, drift, [], row.missing_since)
    found = await rows.find_one({"_id": ROW_ID})
    assert found is not None
    told = found.get("drift")
    assert (told is None) is decided
    assert ("due_at" in found) is decided
    assert not decided or found["due_at"] <= clock.now()


class _NoRelay:
    def publish_soon(self, *_: object) -> None:
        """Nothing is published here."""
