"""Copies of what other services say, in any order (style 11)."""

import asyncio

import pytest

from shared.mongo import Database
from shared.projection import keep_newest


async def test_the_newest_version_wins_whatever_comes_first(database: Database) -> None:
    rows = database["rows"]
    written = [await keep_newest(rows, "a", {"name": f"v{n}", "version": n}, n) for n in (2, 1, 2, 3)]
    row = await rows.find_one({"_id": "a"})
    assert written == [True, False, False, True]
    assert row == {"_id": "a", "name": "v3", "version": 3}


@pytest.mark.parametrize("key", range(5))
async def test_versions_that_arrive_at_once_leave_the_newest(database: Database, key: int) -> None:
    rows = database["rows"]
    await asyncio.gather(*(keep_newest(rows, f"r{key}", {"at": {"version": n}}, n, at="at.version") for n in range(16)))
    row = await rows.find_one({"_id": f"r{key}"})
    assert row == {"_id": f"r{key}", "at": {"version": 15}}
