"""Whose an entry in a calendar is: the ledger decides, not the marks that it bears (G4)."""

from datetime import timedelta
from typing import Any, cast

from services.calendar_sync.model.busy import BusyEntry, BusyKind
from services.calendar_sync.model.entries import provider_key
from services.calendar_sync.store.ledger import Ledger
from shared import clock
from shared.messaging.relay import Relay
from shared.mongo import Database
from tests.builders import tomorrow_at


def a_row(row_id: str, **changes: Any) -> dict[str, Any]:
    return {"_id": row_id, "staff_id": "stf_1", "participants": ["stf_2"], "ends_at": tomorrow_at(5), **changes}


def an_entry(row_id: str, generation: int = 0) -> BusyEntry:
    key = provider_key(row_id, generation)
    return BusyEntry(key, tomorrow_at(4), tomorrow_at(5), BusyKind.BUSY, marker=key)


async def test_g04_only_a_create_under_way_makes_an_unknown_entry_ours(database: Database) -> None:
    await database["ledger"].insert_many(
        [a_row("hold/slt_1/stf_1", attempted={"generation": 0}), a_row("hold/slt_2/stf_1", attempted=None)]
    )
    ledger = Ledger(database["ledger"], cast(Relay, None))
    own = await ledger.own_entries(["stf_1", "stf_2", "stf_3"], clock.now())
    under_way = an_entry("hold/slt_1/stf_1")
    assert [own[one].include(under_way) for one in ("stf_1", "stf_2", "stf_3")] == [True, True, False]
    assert not own["stf_1"].include(an_entry("hold/slt_2/stf_1"))
    assert not own["stf_1"].include(an_entry("hold/of another installation/stf_1"))


async def test_g16_an_entry_that_was_moved_by_hand_to_a_later_time_is_still_ours(database: Database) -> None:
    await database["ledger"].insert_one(a_row("apt_1/stf_1", written={"entry_id": "entry-1", "ical_uid": "uid-1"}))
    ledger = Ledger(database["ledger"], cast(Relay, None))
    moved_to = tomorrow_at(5) + timedelta(days=100)
    own = (await ledger.own_entries(["stf_1"], moved_to))["stf_1"]
    assert own.include(BusyEntry("entry-1", moved_to, moved_to + timedelta(hours=1), BusyKind.BUSY))
