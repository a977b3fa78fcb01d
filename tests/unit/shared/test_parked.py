"""What is shown of a parked message, whatever its body is."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared.messaging.parked import CRASHED, UNREADABLE, describe

QUEUE = "notifier.booking.appointment_confirmed.v1"


def a_message(body: bytes, **headers: Any) -> Any:
    return cast(Any, SimpleNamespace(body=body, headers=headers))


def test_an_event_is_known_by_its_envelope() -> None:
    body = b'{"id":"evt_1","type":"chosei.x.y.v1","subject":"apt_1","organizationid":"org_1","data":{"name":"H"}}'
    shown = describe(QUEUE, a_message(body, **{"x-attempt": 6, "x-error": "NotYet"}))
    assert (shown.event_id, shown.event_type, shown.subject) == ("evt_1", "chosei.x.y.v1", "apt_1")
    assert (shown.organization_id, shown.attempts, shown.error) == ("org_1", 6, "NotYet")


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"\xff", b"[" * 100_000], ids=range(5))
def test_one_that_nobody_can_read_says_so(body: bytes) -> None:
    shown = describe(QUEUE, a_message(body))
    assert (shown.event_type, shown.organization_id, shown.error) == (UNREADABLE, "", CRASHED)


def test_a_header_of_anybodys_is_no_number_and_hides_nothing() -> None:
    assert describe(QUEUE, a_message(b"{}", **{"x-attempt": "many", "x-replayed": "²"})).attempts == 0
