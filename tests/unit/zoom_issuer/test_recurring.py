"""Rules in Zoom's words (E6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.zoom_issuer.model_series import OccurrenceWish, has_fixed_times, next_change, with_change
from services.zoom_issuer.providers.zoom_recurrence import recurrence_of

ZONE = "Asia/Tokyo"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=DAILY;INTERVAL=2;COUNT=5", {"type": 1, "repeat_interval": 2}),
        ("FREQ=WEEKLY;BYDAY=MO,SU;COUNT=5", {"type": 2, "repeat_interval": 1, "weekly_days": "1,2"}),
        ("FREQ=MONTHLY;BYMONTHDAY=15;COUNT=5", {"type": 3, "repeat_interval": 1, "monthly_day": 15}),
        (
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=5",
            {"type": 3, "repeat_interval": 1, "monthly_week": -1, "monthly_week_day": 6},
        ),
    ],
)
def test_a_rule_in_zooms_words(rule: str, told: dict[str, Any]) -> None:
    assert has_fixed_times(rule, ZONE)
    assert recurrence_of(rule, ZONE, 5) == {**told, "end_times": 5}


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=1MO,3MO;COUNT=5",
        "FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=5",
        "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=5",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=5",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;COUNT=5",
        "FREQ=DAILY;INTERVAL=100;COUNT=5",
    ],
)
def test_a_rule_that_zoom_does_not_know_becomes_a_meeting_without_times(rule: str) -> None:
    assert not has_fixed_times(rule, ZONE)


def test_an_occurrence_that_is_moved_back_follows_too() -> None:
    at = datetime(2030, 10, 15, 7, tzinfo=UTC)
    moved = OccurrenceWish(original_start_at=at, start_at=at + timedelta(hours=1), minutes=60, canceled=False)
    change = next_change([], [moved], 60)
    assert change is not None
    assert (change[0]["start_at"], change[1]) == (at, moved["start_at"])
    assert next_change([], with_change([moved], change[0]), 60) is None
