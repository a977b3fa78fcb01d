"""G27: both stores are lost with everything in them and come back from a backup; nothing is lost or doubled."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from pymongo import AsyncMongoClient

from deploy.backup.addresses import addresses
from deploy.backup.bus import work_queues
from deploy.credentials import SERVICES, load_or_create
from deploy.demo.demo import surroundings
from deploy.demo.layout import REPOSITORY, Layout
from shared.messaging.topology import parking_name
from tests.e2e.deployment.conftest import Installation
from tests.e2e.main_job.conftest import ADMIN, TARO, System
from tests.infrastructure.demo import RunningDemo
from tests.waiting import eventually

CONFIRMED = "アポイントメントの日程が確定しました"


def known(layout: Layout) -> dict[str, str]:
    """The operator's addresses, as the command asks for them."""
    return addresses(surroundings(layout), load_or_create(layout.folder / "credentials.json"))


async def backup(layout: Layout, *arguments: str | Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.backup", *map(str, arguments)),
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **known(layout)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


def stand_still(demo: RunningDemo, *services: str) -> None:
    for service in services:
        os.killpg(demo.pid(service), signal.SIGSTOP)


async def come_back_new(demo: RunningDemo, *services: str) -> None:
    processes = [demo.process(service) for service in services]
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL)
    await eventually(lambda: not any(process.alive for process in processes))
    await eventually(lambda: all(demo.process(service).alive for service in services))
    await asyncio.gather(*(demo.ready(service, timeout=90) for service in services))


async def lose_both_stores(layout: Layout) -> None:
    """Every database and every queue of the services, with what is in them. A transaction of who stands still would
    hold this up for a minute.
    """
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(known(layout)["CHOSEI_BACKUP_MONGO_URL"])
    async with client:
        await client.admin.command({"killAllSessions": []})
        for service in SERVICES:
            await client.drop_database(service)
    async with await aio_pika.connect(known(layout)["CHOSEI_BACKUP_AMQP_URL"]) as connection:
        channel = await connection.channel()
        for name in work_queues():
            await channel.queue_delete(name)
            await channel.queue_delete(parking_name(name))


async def confirmed(system: System, name: str) -> dict[str, Any]:
    """A proposal that its guest, called so, has just confirmed."""
    guest = {"company": "ABC株式会社", "name": name, "email": f"{name}@backup.example"}
    proposal = await system.proposed(title=name, guest=guest, send_mail=False)
    assert (await system.confirm(proposal, name=name)).status_code == 201
    return proposal


async def told(system: System, name: str) -> int:
    return len(await system.mails(f"{name}@backup.example", CONFIRMED))


@pytest.mark.slow
async def test_g10_g27_what_was_confirmed_before_a_backup_goes_on_after_its_restore_and_once(
    installation: Installation, tmp_path: Path
) -> None:
    system, demo, folder = installation.system, installation.demo, tmp_path / "backup"
    done = await confirmed(system, "done")
    await system.issued(done)
    await eventually(lambda: told(system, "done"))
    # Neither hears what is confirmed now: it is on the bus, and in their databases there is nothing of it.
    taking = asyncio.create_task(backup(demo.layout, "take", folder, "--listen", "5"))
    await eventually(lambda: folder.with_name("backup.partial").exists())
    stand_still(demo, "notifier", "zoom_issuer")
    under_way = await confirmed(system, "under-way")
    code, said = await taking
    assert code == 0, said
    await confirmed(system, "later")
    await eventually(lambda: written(system, "later"))

    stand_still(demo, *SERVICES)
    await lose_both_stores(demo.layout)
    assert "stop the services first" in (await backup(demo.layout, "restore", folder))[1]
    code, said = await backup(demo.layout, "restore", folder, "--while-connected")
    assert code == 0, said
    await come_back_new(demo, *SERVICES)
    code, said = await backup(demo.layout, "say-again", folder)
    assert code == 0, said

    await system.issued(under_way)
    await eventually(lambda: told(system, "under-way"))
    after = await confirmed(system, "after")
    await system.issued(after)
    await eventually(lambda: told(system, "after"))
    for name in ("done", "under-way", "after"):
        assert await told(system, name) == 1
        assert len(await system.meetings(name)) == 1
        assert [len(await system.entries(person, name)) for person in (TARO, ADMIN)] == [1, 1]


async def written(system: System, name: str) -> bool:
    return all([await system.entries(person, name) for person in (TARO, ADMIN)])
