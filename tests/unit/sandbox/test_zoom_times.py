"""Zoom's two forms of a start time."""

from datetime import UTC, datetime

import pytest

from deploy.sandbox.zoom.times import parse_start_time, written


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T13:00:00", datetime(2026, 12, 1, 4, tzinfo=UTC)),
        ("2026-12-01T13:00:00Z", datetime(2026, 12, 1, 13, tzinfo=UTC)),
        ("2026-12-01T13:00:00.000Z", None),
        ("2026-12-01T13:00:00+09:00", None),
        ("2026-13-01T13:00:00", None),
    ],
)
def test_z_is_an_instant_and_its_absence_a_wall_clock(text: str, instant: datetime | None) -> None:
    assert parse_start_time(text, "Asia/Tokyo") == instant


def test_answers_are_instants() -> None:
    assert written(datetime(2026, 12, 1, 4, tzinfo=UTC)) == "2026-12-01T04:00:00Z"
