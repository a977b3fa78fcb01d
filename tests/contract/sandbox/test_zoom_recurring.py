"""Recurring meetings of Zoom in the sandbox (type 8): occurrences and their changes, checked with the contract."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.sandbox import zoom
from tests.infrastructure.sandbox import Sandbox

START = {"type": 8, "start_time": "2030-10-15T09:00:00", "timezone": "Europe/Berlin", "duration": 60}
WEEKLY = {"type": 2, "repeat_interval": 1, "weekly_days": "3", "end_times": 4}  # Tuesdays; clocks change on the 27th


@pytest.fixture
def user(sandbox: Sandbox) -> Iterator[zoom.ZoomUser]:
    with zoom.http_client(sandbox.base_url) as client:
        yield zoom.connect(client, "staff004@example.jp")


def starts(meeting: dict[str, Any]) -> list[str]:
    return [one["start_time"] for one in meeting["occurrences"] if one["status"] == "available"]


def test_occurrences_keep_the_wall_clock_over_a_change_of_clocks(user: zoom.ZoomUser) -> None:
    made = user.create(**START, recurrence=WEEKLY).json()
    assert starts(made) == [
        "2030-10-15T07:00:00Z",
        "2030-10-22T07:00:00Z",
        "2030-10-29T08:00:00Z",
        "2030-11-05T08:00:00Z",
    ]


@pytest.mark.parametrize(
    ("recurrence", "last"),
    [
        ({"type": 1, "repeat_interval": 2, "end_times": 3}, "2030-10-19T07:00:00Z"),
        ({"type": 2, "weekly_days": "3,5", "end_date_time": "2030-10-24T07:00:00Z"}, "2030-10-24T07:00:00Z"),
        ({"type": 3, "monthly_day": 15, "end_times": 2}, "2030-11-15T08:00:00Z"),
        ({"type": 3, "monthly_week": 3, "monthly_week_day": 3, "end_times": 2}, "2030-11-19T08:00:00Z"),
        ({"type": 3, "monthly_week": -1, "monthly_week_day": 5, "end_times": 2}, "2030-11-28T08:00:00Z"),
    ],
)
def test_every_kind_of_recurrence(user: zoom.ZoomUser, recurrence: dict[str, Any], last: str) -> None:
    assert starts(user.create(**START, recurrence=recurrence).json())[-1] == last


def test_one_occurrence_moves_and_another_goes(user: zoom.ZoomUser) -> None:
    made = user.create(**START, recurrence=WEEKLY).json()
    path, names = f"/meetings/{made['id']}", [one["occurrence_id"] for one in made["occurrences"]]
    change = {"start_time": "2030-10-23T10:00:00", "timezone": "Europe/Berlin", "duration": 30}
    assert user.call("PATCH", path, change, occurrence_id=names[1]).status_code == 204
    assert user.call("DELETE", path, occurrence_id=names[2]).status_code == 204
    read = user.call("GET", path).json()
    assert starts(read) == ["2030-10-15T07:00:00Z", "2030-10-23T08:00:00Z", "2030-11-05T08:00:00Z"]
    assert user.call("DELETE", path, occurrence_id=names[2]).status_code == 404
    assert user.call("PATCH", path, {"topic": "同じ時刻"}).status_code == 204
    assert starts(user.call("GET", path).json()) == starts(read)


def test_another_start_of_the_whole_makes_the_occurrences_anew(user: zoom.ZoomUser) -> None:
    made = user.create(**START, recurrence=WEEKLY).json()
    path = f"/meetings/{made['id']}"
    user.call("DELETE", path, occurrence_id=made["occurrences"][1]["occurrence_id"])
    user.call("PATCH", path, {"start_time": "2030-10-15T10:00:00", "timezone": "Europe/Berlin"})
    assert starts(user.call("GET", path).json())[:2] == ["2030-10-15T08:00:00Z", "2030-10-22T08:00:00Z"]


@pytest.mark.parametrize(
    "change",
    [
        {"end_times": 61},
        {"repeat_interval": 51},
        {"weekly_days": "8"},
        {"type": 4},
        {"end_date_time": "2030-12-01T00:00:00Z"},
    ],
)
def test_what_zoom_refuses(user: zoom.ZoomUser, change: dict[str, Any]) -> None:
    refused = user.create(**START, recurrence=WEEKLY | change)
    assert (refused.status_code, refused.json()["code"]) == (400, 300)
