"""Who caused something goes along the chain of events (X3)."""

import json

from shared.contracts import actors
from shared.contracts.actors import Actor, ActorKind
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import MeetingRevoked

DATA = MeetingRevoked(appointment_id="apt_1", revision=1)


def an_event(cause: Cause) -> CloudEvent[MeetingRevoked]:
    return envelope(DATA, subject="apt_1", organization_id="org_1", version=1, cause=cause)


def test_what_follows_from_an_event_has_its_actor() -> None:
    first = an_event(Cause.outside("req_1", actor=actors.GUEST))
    assert an_event(first.cause()).actor == "guest"


def test_an_event_of_an_older_publisher_is_the_systems() -> None:
    wire = json.loads(an_event(Cause.outside(actor=actors.GUEST)).to_wire())
    del wire["actor"]
    assert CloudEvent[MeetingRevoked].model_validate(wire).actor == actors.SYSTEM


def test_a_guest_is_none_in_another_matter_and_staff_are_themselves() -> None:
    assert Cause.outside(actor=actors.GUEST).elsewhere().actor == actors.SYSTEM
    assert Cause.outside(actor=actors.staff("stf_1")).elsewhere().actor == "staff:stf_1"


def test_actors_are_read_as_they_are_written_and_unknown_ones_are_the_system() -> None:
    assert Actor.read(actors.staff("stf_1")) == Actor(ActorKind.STAFF, "stf_1")
    assert Actor.read(actors.provider("zoom")) == Actor(ActorKind.PROVIDER, "zoom")
    assert Actor.read("guest:田中花子") == Actor(ActorKind.GUEST)
    assert Actor.read("martian") == Actor(ActorKind.SYSTEM)
