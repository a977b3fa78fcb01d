"""A guest is erased (X5): afterwards nothing of them is in any database, log, trace or queue of the whole system."""

from typing import Any

import aio_pika
from bson import json_util
from pymongo import AsyncMongoClient

from deploy.backup.addresses import addresses
from deploy.credentials import SERVICES, load_or_create
from deploy.demo.demo import surroundings
from shared.messaging.replay import queues_to_look_at
from shared.messaging.topology import LADDER, parking_name
from tests.e2e.deployment.conftest import Installation
from tests.e2e.main_job.conftest import ADMIN, System
from tests.infrastructure.demo import RunningDemo
from tests.waiting import eventually

GUEST = {"company": "忘却商事", "name": "消田忘子", "email": "Forget.Me@example.com"}
WORDS = ("忘却商事", "消田忘子", "forget.me@example.com", "090-1111-2222", "取り消しの伝言")


async def databases(demo: RunningDemo) -> str:
    """Everything that the six services keep, as text."""
    known = addresses(surroundings(demo.layout), load_or_create(demo.folder / "credentials.json"))
    found: list[Any] = []
    async with AsyncMongoClient[dict[str, Any]](known["CHOSEI_BACKUP_MONGO_URL"]) as client:
        for service in SERVICES:
            for name in await client[service].list_collection_names():
                found += await client[service][name].find().to_list()
    return json_util.dumps(found, ensure_ascii=False)


async def queues(demo: RunningDemo) -> str:
    """Every message that lies in a queue or on the ladder."""
    bodies: list[bytes] = []
    async with await aio_pika.connect(demo.amqp_url) as connection:
        homes = queues_to_look_at("")
        for name in [*homes, *map(parking_name, homes), *(rung.name for rung in LADDER)]:
            channel = await connection.channel()
            try:
                queue = await channel.get_queue(name, ensure=True)
            except aio_pika.exceptions.ChannelNotFoundEntity:
                continue
            while (message := await queue.get(fail=False)) is not None:
                bodies.append(message.body)
            await channel.close()
    return b"\n".join(bodies).decode(errors="replace")


async def a_past_guest(system: System) -> dict[str, Any]:
    """Who chose a time, was mailed, and whose appointment is over because it was cancelled."""
    proposal = await system.proposed(
        guest=GUEST, title="消田忘子様と", note="電話 090-1111-2222", guidance="090-1111-2222"
    )
    assert (await system.confirm(proposal, name=GUEST["name"], company=GUEST["company"])).status_code == 201
    appointment = await system.issued(proposal)
    await eventually(lambda: system.mails(GUEST["email"], "確定しました"))
    canceled = await system.api.post(
        f"/api/v1/appointments/{appointment['id']}/cancel",
        json={"message": "取り消しの伝言"},
        headers=system.headers[ADMIN] | {"idempotency-key": "erased-cancel"},
    )
    assert canceled.status_code == 200, canceled.text
    return appointment


async def test_x5_nothing_of_an_erased_guest_is_left_anywhere(installation: Installation) -> None:
    system, demo = installation.system, installation.demo
    appointment = await a_past_guest(system)
    staff = system.headers[ADMIN]
    kept = await databases(demo)
    assert all(word in kept for word in WORDS[:2])

    async def contact() -> dict[str, Any] | None:
        listed = await system.api.get("/api/v1/contacts", params={"q": "forget.me"}, headers=staff)
        return (listed.json()["items"] or [None])[0]

    known = await eventually(contact)
    path = f"/api/v1/contacts/{known['id']}"
    held = await system.api.get(f"{path}/export", headers=staff)
    assert (held.status_code, held.json()["contact"]["name"]) == (200, GUEST["name"])
    assert {one["facts"]["purpose"] for one in held.json()["mails"]} >= {"proposed", "confirmed"}
    asked = await system.api.delete(path, headers=staff)
    assert asked.status_code == 202, asked.text

    async def done() -> dict[str, Any] | None:
        shown = (await system.api.get(f"/api/v1/erasures/{asked.json()['id']}", headers=staff)).json()
        return shown if shown["status"] == "done" else None

    erasure = await eventually(done, timeout=90, interval=0.2)
    assert all(one["erased_at"] for one in erasure["services"])
    assert (await system.api.get(path, headers=staff)).status_code == 404
    left = await system.api.get(f"/api/v1/appointments/{appointment['id']}", headers=staff)
    assert (left.json()["status"], left.json()["guest"]["name"]) == ("canceled", "")
    logs = "\n".join(
        file.read_text("utf-8", errors="replace") for file in demo.logs.glob("*.log") if file.stem != "sandbox"
    )
    places = {
        "databases": await databases(demo),
        "queues": await queues(demo),
        "logs": logs,
        "traces": "\n".join(f"{span.name} {span.attributes}" for span in installation.collector.spans),
        "metrics": (await system.api.get("/metrics")).text,
    }
    found = [(word, place) for word in WORDS for place, text in places.items() if word in text.casefold()]
    assert found == []
