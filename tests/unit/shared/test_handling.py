"""Which ids of a message stand in the log, and how old it is."""

from datetime import timedelta

import pytest

from shared import clock
from shared.messaging.handling import age_of, ids_of


def test_the_ids_of_an_event_are_bound_and_nothing_of_its_payload() -> None:
    body = b'{"id":"evt_1","type":"chosei.x.y.v1","subject":"apt_1","organizationid":"org_1","data":{"name":"H"}}'
    wanted = {"event_id": "evt_1", "event_type": "chosei.x.y.v1", "subject": "apt_1", "organization_id": "org_1"}
    assert ids_of(body) == wanted


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"1", b"\xff", b'{"other":1}'])
def test_what_is_no_event_binds_nothing(body: bytes) -> None:
    assert ids_of(body) == {}


def test_an_event_is_as_old_as_it_says() -> None:
    age = age_of({"time": (clock.now() - timedelta(minutes=3)).isoformat().replace("+00:00", "Z")})
    assert age is not None
    assert timedelta(minutes=3) <= age < timedelta(minutes=4)


@pytest.mark.parametrize("time", [None, "", "yesterday", "2026-01-01T00:00:00", 7])
def test_one_that_does_not_say_has_no_age(time: object) -> None:
    assert age_of({"time": time}) is None
    assert age_of({}) is None
