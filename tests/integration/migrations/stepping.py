"""A process that takes two steps in a database: ``python -m … URL HOW``. Each leaves a row when it begins and one when
it ends; with ``hang`` the second never ends, with ``fail`` it fails.
"""

import asyncio
import os
import sys
from datetime import timedelta

from shared.migrations import MigrationFailed, Migrations, Step
from shared.mongo import Database
from tests.infrastructure.database import opened_database

LEASE = timedelta(seconds=3)
"""Renewed each second, which a busy machine keeps to."""


def steps(database: Database, how: str = "") -> list[Step]:
    async def note(step: int, what: str) -> None:
        await database["notes"].insert_one({"step": step, "what": what, "process": os.getpid()})

    async def first() -> None:
        await note(1, "began")
        await asyncio.sleep(LEASE.total_seconds() * 1.3)  # longer than the lease, which is renewed meanwhile
        await note(1, "ended")

    async def second() -> None:
        await note(2, "began")
        if how == "hang":
            await asyncio.Event().wait()
        if how == "fail":
            raise KeyError("guest")
        await note(2, "ended")

    return [Step(1, "first", first), Step(2, "second", second)]


async def main(url: str, how: str) -> int:
    async with opened_database(url) as database:
        try:
            await Migrations(database, steps(database, how), lease=LEASE).take()
        except MigrationFailed as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
