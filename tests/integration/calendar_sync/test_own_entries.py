"""Whose an entry in a calendar is: the ledger decides, not the marks that it bears (G4)."""

from datetime import timedelta
from typing import Any, cast

import pytest

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


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("state", ["written", "removed"])
async def test_g04_what_is_ours_among_some_entries_is_told_by_the_rows_that_name_them(
    database: Database, state: str, part: int
) -> None:
    parts = [{"entry_id": f"entry-{number}", "ical_uid": f"uid-{number}"} for number in (1, 2)]
    await database["ledger"].insert_many(
        [
            a_row("apt_1/stf_1", **{state: {**parts[0], "others": [parts[1]]}}),
            a_row("apt_2/stf_1", written={"entry_id": "another", "ical_uid": "another"}),
        ]
    )
    ledger = Ledger(database["ledger"], cast(Relay, None))
    here, later = tomorrow_at(4), tomorrow_at(5)
    own = BusyEntry(f"entry-{part + 1}", here, later, BusyKind.BUSY)
    occurrence = BusyEntry("other", here, later, BusyKind.BUSY, series_id=own.entry_id)
    copy = BusyEntry("copy", here, later, BusyKind.BUSY, ical_uid=f"uid-{part + 1}")
    for seen in (own, occurrence, copy):
        assert (await ledger.own_entries(["stf_1"], clock.now(), among=[seen]))["stf_1"].include(seen)
    theirs = BusyEntry("theirs", here, later, BusyKind.BUSY)
    found = (await ledger.own_entries(["stf_1"], clock.now(), among=[own, theirs]))["stf_1"]
    assert not found.include(theirs)
    assert "another" not in found.entry_ids


async def test_g16_an_entry_that_was_moved_by_hand_to_a_later_time_is_still_ours(database: Database) -> None:
    await database["ledger"].insert_one(a_row("apt_1/stf_1", written={"entry_id": "entry-1", "ical_uid": "uid-1"}))
    ledger = Ledger(database["ledger"], cast(Relay, None))
    moved_to = tomorrow_at(5) + timedelta(days=100)
    own = (await ledger.own_entries(["stf_1"], moved_to))["stf_1"]
    assert own.include(BusyEntry("entry-1", moved_to, moved_to + timedelta(hours=1), BusyKind.BUSY))
