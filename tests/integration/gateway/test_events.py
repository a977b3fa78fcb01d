"""The event catalogue as outsiders read it (X1): without signing in, with examples and schemas by version."""

import jsonschema

from shared.contracts.catalogue import catalogue
from tests.integration.gateway.installation import Installation


async def test_everybody_reads_the_catalogue_with_examples_and_schemas(gateway: Installation) -> None:
    anybody = gateway.anyone
    listed = (await anybody.get("/api/v1/events")).json()
    assert {item["name"] for item in listed["items"]} == {event.routing_key for event in catalogue()}
    envelope = (await anybody.get(listed["envelope_schema_url"])).json()
    item = next(one for one in listed["items"] if one["title"] == "AppointmentConfirmed")
    schema = (await anybody.get(item["schema_url"])).json()
    jsonschema.Draft202012Validator(envelope).validate(item["example"])
    jsonschema.Draft202012Validator(schema).validate(item["example"]["data"])
    inside = [one["title"] for one in listed["items"] if not one["webhooks"]]
    assert {"StaffInvited", "BusyTimesChanged"} <= set(inside)
    document = (await anybody.get(listed["asyncapi_url"])).json()
    assert document["channels"]["AppointmentConfirmed"]["address"] == "booking.appointment_confirmed.v1"


async def test_what_is_no_event_has_no_schema(gateway: Installation) -> None:
    for name in ("booking.appointment_confirmed.v9", "..%2fCATALOGUE", "cloudevent.v2"):
        answer = await gateway.anyone.get(f"/api/v1/events/schemas/{name}")
        assert answer.status_code == 404
