"""Rules in Zoom's words (E6)."""

from typing import Any

import pytest

from services.zoom_issuer.model_series import has_fixed_times
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
