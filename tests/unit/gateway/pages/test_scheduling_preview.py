"""The coming two weeks in the editor: free times all, missing ones between them."""

from datetime import UTC, datetime

from services.gateway.pages.scheduling_preview import preview_days
from shared.contracts.api.page_times import HostedTime

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def a_time(stamp: str) -> HostedTime:
    at = datetime.fromisoformat(stamp)
    return HostedTime(start=at, end=at, host_ids=["stf_taro"])


def test_missing_times_stand_between_the_free_ones_and_none_are_past() -> None:
    days = preview_days([a_time("2026-12-01T15:00:00+09:00")], "Asia/Tokyo", 60, NOW, "ja")
    assert (days[0].name, days[0].free) == ("2026年12月1日(火)", 1)
    assert [chip.clock for chip in days[0].chips] == [f"{hour}:00" for hour in range(11, 18)]
    assert [chip.clock for chip in days[0].chips if chip.free] == ["15:00"]


def test_a_day_without_free_times_is_shown_too() -> None:
    days = preview_days([], "Asia/Tokyo", 30, NOW, "en")
    assert len(days) == 14
    assert {day.free for day in days} == {0}


def test_small_steps_show_missing_times_every_half_hour_only() -> None:
    days = preview_days([a_time("2026-12-02T09:05:00+09:00")], "Asia/Tokyo", 5, NOW, "ja")
    assert [chip.clock for chip in days[1].chips][:4] == ["09:00", "09:05", "09:30", "10:00"]


def test_night_times_stretch_the_day() -> None:
    days = preview_days([a_time("2026-12-02T23:30:00+09:00")], "Asia/Tokyo", 30, NOW, "ja")
    assert days[1].chips[-1].clock == "23:30"
