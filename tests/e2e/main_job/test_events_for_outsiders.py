"""What the example subscriber hears of the main job (X1): every event is shaped like its example and fits the schemas
that the gateway serves.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from tests.e2e.main_job.conftest import TARO, System
from tests.infrastructure.example_program import ExampleProgram, example_program
from tests.waiting import eventually

SAID = {
    "SlotsProposed",
    "HoldsPlaced",
    "AppointmentConfirmed",
    "HoldsReleased",
    "MeetingIssued",
    "CalendarEntryWritten",
    "NotificationSent",
    "ReminderScheduled",
    "AppointmentRescheduled",
    "MeetingUpdated",
    "AppointmentCanceled",
    "MeetingRevoked",
    "CalendarEntryRemoved",
    "ReminderCanceled",
}


async def test_x1_what_publishers_say_is_what_the_examples_show(system: System, tmp_path: Path) -> None:
    catalogue = (await system.api.get("/api/v1/events")).json()
    examples = {item["type"]: item for item in catalogue["items"]}
    envelope = (await system.api.get(catalogue["envelope_schema_url"])).json()
    url = system.demo.amqp_url
    async with example_program("subscriber/subscriber.py", "#", folder=tmp_path, AMQP_URL=url) as program:
        appointment = await confirmed_and_moved(system)
        subject = str(appointment["id"])
        await eventually(lambda: {"MeetingUpdated"} <= titles(program, examples, subject))
        path, headers = f"/api/v1/appointments/{subject}/cancel", system.headers[TARO]
        assert (await system.api.post(path, json={"message": ""}, headers=headers)).status_code == 200
        await eventually(lambda: titles(program, examples, subject) >= SAID)
    for event in program.events:
        item = examples[event["type"]]
        event.pop("is_newest")
        jsonschema.Draft202012Validator(envelope).validate(event)
        jsonschema.Draft202012Validator((await system.api.get(item["schema_url"])).json()).validate(event["data"])
        assert list(differences(event, item["example"], item["title"])) == []


async def confirmed_and_moved(system: System) -> dict[str, Any]:
    proposal = await system.proposed(title="外部への通知")
    assert (await system.confirm(proposal)).status_code == 201
    appointment = await system.issued(proposal)
    path, headers = f"/api/v1/appointments/{appointment['id']}", system.headers[TARO]
    day = timedelta(days=30)
    times = {name: (datetime.fromisoformat(appointment[name]) + day).isoformat() for name in ("start", "end")}
    assert (await system.api.patch(path, json=times, headers=headers)).status_code == 200
    return appointment


def titles(program: ExampleProgram, examples: dict[str, Any], subject: str) -> set[str]:
    """Of all events that are about this appointment or its proposal, and of those before there was one."""
    before = ("SlotsProposed", "HoldsPlaced", "HoldsReleased", "MeetingIssued")
    heard = [(examples[event["type"]]["title"], event) for event in program.events]
    return {title for title, event in heard if title in before or subject in str(event)}


def differences(said: Any, shown: Any, place: str) -> Iterator[str]:
    """Where members are missing, added, or of another type. What is absent on one side says nothing of its type."""
    if said is None or shown is None:
        return
    if isinstance(shown, dict) and isinstance(said, dict):
        if set(said) ^ set(shown):
            yield f"{place}: {sorted(set(said) ^ set(shown))}"
        for name in set(said) & set(shown):
            yield from differences(said[name], shown[name], f"{place}.{name}")
    elif isinstance(shown, list) and isinstance(said, list):
        for element in said if shown else []:
            yield from differences(element, shown[0], f"{place}[]")
    elif type(said) is not type(shown):
        yield f"{place}: {said!r} instead of {shown!r}"
