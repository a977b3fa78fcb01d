"""What subscribers rely on: schemas, envelope, catalogue, and that everything heard is said."""

import copy
import json
from typing import Any

import jsonschema
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http
from cloudevents.core.formats.json import JSONFormat

from deploy.events.__main__ import generated
from deploy.events.compatibility import incompatibilities
from deploy.events.documents import schema_of
from deploy.events.wiring import ROOT, read_wiring
from shared.contracts.booking import AppointmentConfirmed, SlotsProposed
from shared.contracts.catalogue import catalogue
from shared.contracts.envelope import CONTENT_TYPE, CloudEvent
from shared.contracts.notifier import NotificationSent
from tests.builders import a_proposal, an_appointment, an_event

CONFIRMED = an_event(AppointmentConfirmed(appointment=an_appointment(), sealed="s"), subject="apt_1", version=3)


FILES = generated()


@pytest.mark.parametrize("path", sorted(FILES), ids=lambda path: path.name)
def test_generated_files_are_what_is_checked_in(path: Any) -> None:
    assert path.read_text("utf-8") == FILES[path], "run `make events`"


def test_every_event_of_the_catalogue_has_a_meaning() -> None:
    silent = [event.__name__ for event in catalogue() if not (event.__doc__ or "").strip().endswith(".")]
    assert silent == []


def test_everything_heard_is_said_by_its_publisher() -> None:
    wiring = read_wiring()
    by_name = {event.__name__: event for event in catalogue()}
    unsaid = [name for name in wiring.consumers if by_name[name].publisher() not in wiring.used_by.get(name, set())]
    assert unsaid == []


def test_everything_in_the_catalogue_is_said_by_its_publisher() -> None:
    used = read_wiring().used_by
    unsaid = [event.__name__ for event in catalogue() if event.publisher() not in used.get(event.__name__, set())]
    assert unsaid == []


def test_routing_keys_follow_the_rule() -> None:
    for event in catalogue():
        service, name, version = event.routing_key.split(".")
        assert (ROOT / "services" / service).is_dir()
        assert name.replace("_", "") == event.__name__.lower()
        assert version == "v1"


def test_what_is_on_the_wire_satisfies_its_schema() -> None:
    wire = json.loads(CONFIRMED.to_wire())
    jsonschema.Draft202012Validator(schema_of(AppointmentConfirmed)).validate(wire["data"])
    proposed = an_event(SlotsProposed(proposal=a_proposal(), sealed="s"), subject="prp_1")
    jsonschema.Draft202012Validator(schema_of(SlotsProposed)).validate(json.loads(proposed.to_wire())["data"])


def test_the_official_sdk_reads_what_is_on_the_wire() -> None:
    message = HTTPMessage(headers={"content-type": CONTENT_TYPE}, body=CONFIRMED.to_wire())
    read = from_http(message, JSONFormat())
    assert read.get_type() == "chosei.booking.appointment_confirmed.v1"
    assert read.get_subject() == "apt_1"
    assert read.get_extension("aggregateversion") == 3
    assert read.get_data()["appointment"]["title"] == "ABC株式会社:田中花子 様"


def test_readers_ignore_members_of_newer_writers() -> None:
    wire = json.loads(CONFIRMED.to_wire())
    wire["data"]["invented_later"] = 1
    wire["data"]["appointment"]["invented_later"] = {"a": 1}
    read = CloudEvent[AppointmentConfirmed].model_validate(wire)
    assert read.data == CONFIRMED.data


def changed(change: Any) -> list[str]:
    old = schema_of(AppointmentConfirmed)
    new = copy.deepcopy(old)
    change(new)
    return incompatibilities(old, new)


def test_a_new_optional_member_is_compatible() -> None:
    assert changed(lambda schema: schema["properties"].update(colour={"type": "string"})) == []


def test_a_new_value_is_compatible_only_where_the_enumeration_is_open() -> None:
    def widened(schema: dict[str, Any], name: str) -> dict[str, Any]:
        wider = copy.deepcopy(schema)
        wider["$defs"][name]["enum"].append("invented_later")
        return wider

    closed, opened = schema_of(AppointmentConfirmed), schema_of(NotificationSent)
    assert incompatibilities(closed, widened(closed, "Kind"))
    assert incompatibilities(opened, widened(opened, "Purpose")) == []
    assert incompatibilities(widened(opened, "Purpose"), opened)


def test_readers_take_values_of_open_enumerations_that_they_do_not_know() -> None:
    sent = {
        "about": "x",
        "revision": 1,
        "purpose": "invented_later",
        "audience": "guest",
        "message_id": "",
        "with_meeting": False,
        "fell_back": False,
        "original_start_at": None,
        "invited_apart": False,
        "calls": [],
    }
    read = NotificationSent.model_validate(sent)
    assert (read.purpose, read.model_dump(mode="json")) == ("invented_later", sent)


def test_g27_other_changes_of_a_published_schema_are_refused() -> None:
    def removed(schema: dict[str, Any]) -> None:
        del schema["properties"]["sealed"]

    def newly_required(schema: dict[str, Any]) -> None:
        schema["properties"]["colour"] = {"type": "string"}
        schema["required"].append("colour")

    def retyped(schema: dict[str, Any]) -> None:
        schema["$defs"]["Appointment"]["properties"]["revision"]["type"] = "string"

    def narrowed(schema: dict[str, Any]) -> None:
        schema["$defs"]["Kind"]["enum"].remove("phone")

    assert all(changed(change) for change in (removed, newly_required, retyped, narrowed))
