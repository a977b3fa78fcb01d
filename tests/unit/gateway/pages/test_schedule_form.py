"""From the form of a direct schedule to the request (E2, E6)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.gateway.pages.schedule_form import Typed, blank, request_of

NOW = datetime(2026, 12, 1, 3, 20, tzinfo=UTC)
BLANK = blank(NOW, "Asia/Tokyo", "stf_1", "mtp_1", "default", "k")


def typed(**values: Any) -> Typed:
    return Typed({**BLANK.values, "title": "定例", **values}, BLANK.attendee_ids, BLANK.weekdays, BLANK.ticked)


def test_an_empty_form_begins_with_the_next_hour() -> None:
    body = request_of(typed(), [])
    assert (body["start"], body["end"]) == ("2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00")
    assert (body["meeting_type_id"], body["attendee_ids"]) == ("mtp_1", ["stf_1"])
    assert "guest" not in body
    assert "rrule" not in body


def test_whole_days_end_with_the_last_of_them() -> None:
    body = request_of(typed(span="all_day", type="none", end_date="2026-12-02"), [])
    assert (body["all_day"], body["kind"]) == (True, "none")
    assert (body["start"], body["end"]) == ("2026-12-01T00:00:00+09:00", "2026-12-03T00:00:00+09:00")


def test_the_controls_make_a_rule() -> None:
    assert request_of(typed(span="recurring", count="5"), [])["rrule"] == "FREQ=WEEKLY;BYDAY=TU;COUNT=5"
    until = typed(span="recurring", freq="MONTHLY", interval="2", ends="until", until="2027-06-01")
    assert request_of(until, [])["rrule"] == "FREQ=MONTHLY;INTERVAL=2;UNTIL=20270601"


def test_a_guest_without_an_address_is_not_mailed() -> None:
    assert request_of(typed(name="田中"), [])["send_mail"] is False
    assert request_of(typed(email="h@example.jp"), [])["send_mail"] is True


@pytest.mark.parametrize("name", ["start_date", "start_time", "end_date", "end_time"])
def test_what_is_no_time_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        request_of(typed(**{name: "x"}), [])
