"""Which ids of a message stand in the log."""

import pytest

from shared.messaging.handling import ids_of


def test_the_ids_of_an_event_are_bound_and_nothing_of_its_payload() -> None:
    body = b'{"id":"evt_1","type":"chosei.x.y.v1","subject":"apt_1","organizationid":"org_1","data":{"name":"H"}}'
    wanted = {"event_id": "evt_1", "event_type": "chosei.x.y.v1", "subject": "apt_1", "organization_id": "org_1"}
    assert ids_of(body) == wanted


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"1", b"\xff", b'{"other":1}'])
def test_what_is_no_event_binds_nothing(body: bytes) -> None:
    assert ids_of(body) == {}
