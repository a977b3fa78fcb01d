"""``chosei`` against a running system: an operator proves it, sees what failed, puts it back, and gives it up (X7)."""

import json
from collections.abc import AsyncIterator

import aio_pika
import httpx
import pytest

from deploy.demo.accounts import ADMINISTRATOR
from tests.infrastructure.command_line import Said, chosei
from tests.infrastructure.demo import RunningDemo
from tests.waiting import eventually

QUEUE = "notifier.booking.appointment_confirmed.v1"
SUBJECT = "apt_of_the_command_line"


@pytest.fixture
async def admin(demo: RunningDemo) -> AsyncIterator[httpx.AsyncClient]:
    async with demo.at_gateway() as client:
        login = {"email": ADMINISTRATOR.email, "password": ADMINISTRATOR.password}
        session = (await client.post("/api/v1/sessions", json=login)).raise_for_status().json()
        client.headers["authorization"] = f"Bearer {session['token']}"
        yield client


async def test_x7_doctor_proves_every_part_of_the_demo(demo: RunningDemo) -> None:
    """Other tests may have left connections that are broken on purpose. A machine may be too busy to answer at once."""

    async def all_is_well() -> list[dict[str, str]]:
        said = await chosei("doctor", "--demo", "--json", CHOSEI_GATEWAY_PORT=str(demo.layout.gateway_port))
        found: list[dict[str, str]] = said.json["findings"]
        wrong = [one for one in found if one["state"] == "wrong" and one["what"] != "connections"]
        return [] if wrong else found

    findings = await eventually(all_is_well, timeout=120)
    proved = {(one["service"], one["what"]) for one in findings if one["state"] == "ok"}
    for service in ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler", "gateway"):
        assert {(service, "broker"), (service, "database"), (service, "clock")} <= proved
    assert {("notifier", "mail"), ("gateway", "public address"), ("gateway", "notifier")} <= proved
    assert {("zoom_issuer", "zoom"), ("calendar_sync", "google"), ("reminder_scheduler", "booking")} <= proved


async def test_x7_what_was_parked_is_seen_put_back_and_given_up_with_a_key(
    demo: RunningDemo, admin: httpx.AsyncClient
) -> None:
    made = await admin.post("/api/v1/api-keys", json={"name": "operator", "scopes": ["operations:write"]})
    key = made.raise_for_status().json()["secret"]
    organization = (await admin.get("/api/v1/organization")).raise_for_status().json()["id"]

    async def ask(*arguments: str) -> Said:
        return await chosei(*arguments, CHOSEI_URL=demo.gateway_url, CHOSEI_API_KEY=key)

    async def ours() -> list[str]:
        said = await ask("failed", "--service", "notifier", "--json")
        return [one["id"] for one in said.json["dead_letters"] if one["subject"] == SUBJECT]

    await speak_nonsense(demo, organization)
    (letter,) = await eventually(ours)
    told = await ask("failed", "--service", "notifier")
    assert told.code == 1
    assert [line for line in told.lines if line.startswith(letter)]
    assert key not in told.output

    replayed = await ask("replay", letter)
    assert (replayed.code, replayed.lines) == (0, [f"{letter} goes back into {QUEUE}"])
    assert await eventually(ours) == [letter], "it fails again for the same reason"

    given_up = await ask("discard", letter, "--reason", "a test's")
    assert (given_up.code, await ours()) == (0, [])
    again = await ask("discard", letter, "--reason", "a test's")
    assert (again.code, "not_found" in again.errors) == (1, True)
    decided = (await ask("decisions", "--json")).json
    assert [one["action"] for one in decided if one["target"] == letter] == ["discard", "replay"]


async def test_x7_the_pipeline_is_told_of_all_services(demo: RunningDemo) -> None:
    said = await chosei("pipeline", "--demo", CHOSEI_GATEWAY_PORT=str(demo.layout.gateway_port))
    assert said.code == 0
    services = {"booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler", "gateway"}
    assert services <= {line.split()[0] for line in said.lines}


async def test_x7_a_wrong_key_ends_with_three(demo: RunningDemo) -> None:
    said = await chosei("pipeline", CHOSEI_URL=demo.gateway_url, CHOSEI_API_KEY="csk_wrong")
    assert (said.code, said.output) == (3, "")
    assert "csk_wrong" not in said.errors


async def speak_nonsense(demo: RunningDemo, organization_id: str) -> None:
    """An event that says nothing of what it should, for notifier alone: it is parked at once."""
    event = {
        "specversion": "1.0",
        "id": "evt_of_the_command_line",
        "source": "/chosei/booking",
        "type": "chosei.booking.appointment_confirmed.v1",
        "subject": SUBJECT,
        "time": "2026-11-27T00:00:00Z",
        "organizationid": organization_id,
        "data": {},
    }
    connection = await aio_pika.connect(demo.amqp_url)
    async with connection:
        channel = await connection.channel()
        message = aio_pika.Message(json.dumps(event).encode(), content_type="application/cloudevents+json")
        await channel.default_exchange.publish(message, routing_key=QUEUE)
