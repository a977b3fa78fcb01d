"""``python -m deploy.backup take|check|restore|say-again FOLDER``, as the operator; deploy/README.md says when which.

Addresses come from ``CHOSEI_BACKUP_MONGO_URL``, ``CHOSEI_BACKUP_AMQP_URL`` and, for the broker's definitions,
``CHOSEI_BACKUP_MANAGEMENT_URL`` (with name and password).
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.backup.bundle import Bundle, Damaged
from deploy.backup.bus import NobodyHears, listening, say_again
from deploy.backup.restore import NotNow, restore
from deploy.backup.take import take
from deploy.mongo.set_up import Client


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.backup", description="Backup and restore of all databases.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in (
        ("take", "copy all databases as of one moment"),
        ("check", "read a backup and compare its checksums"),
        ("restore", "fill the databases; the services are stopped"),
        ("say-again", "publish what was on the bus at the backup's moment; the services run"),
    ):
        commands.add_parser(name, help=told).add_argument("folder", type=Path)
    commands.choices["take"].add_argument("--listen", type=float, default=60, help="seconds before the moment (60)")
    commands.choices["restore"].add_argument("--drop", action="store_true", help="take away what is there")
    commands.choices["restore"].add_argument("--while-connected", action="store_true", help="though services are")
    return parser.parse_args()


@asynccontextmanager
async def database() -> AsyncIterator[Client]:
    client: Client = AsyncMongoClient(os.environ["CHOSEI_BACKUP_MONGO_URL"], appname="backup")
    async with client:
        yield client


async def take_one(bundle: Bundle, listen: timedelta) -> None:
    amqp = os.environ.get("CHOSEI_BACKUP_AMQP_URL")
    management = os.environ.get("CHOSEI_BACKUP_MANAGEMENT_URL")
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(database())
        ear = await stack.enter_async_context(listening(amqp)) if amqp else None
        asked = await stack.enter_async_context(httpx.AsyncClient(base_url=management)) if management else None
        await take(client, bundle, ear, listen=listen, management=asked)


async def main(told: argparse.Namespace) -> None:
    bundle = Bundle(told.folder)
    match told.command:
        case "take":
            await take_one(bundle, timedelta(seconds=told.listen))
        case "check":
            bundle.checked()
        case "restore":
            async with database() as client:
                await restore(client, bundle, drop=told.drop, while_connected=told.while_connected)
        case _:
            bundle.checked()
            await say_again(os.environ["CHOSEI_BACKUP_AMQP_URL"], bundle.said())


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except (Damaged, NotNow, NobodyHears, FileExistsError, PyMongoError, httpx.HTTPError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except KeyError as error:
        sys.exit(f"{error.args[0]} is not set")
