"""Which month is shown, and where the way leads from one without times (H5, H10)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from services.gateway.pages.pick import Pick
from services.gateway.pages.picker import Offer, Picker, picker_of
from services.gateway.providers.backend import Reply
from shared import clock
from shared.http import Response

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def at(month: int, day: int, hour: int = 4, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


async def shown(free: list[datetime], *, current: datetime | None = None, **said: str) -> Picker:
    """With these free times, all of half an hour."""

    async def ask(query: Mapping[str, str]) -> Reply:
        first, last = (datetime.fromisoformat(query[name]).replace(tzinfo=UTC) for name in ("from", "to"))
        found = [start for start in free if first <= start < last + timedelta(days=1)]
        slots = [{"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()} for start in found]
        return Reply(Response(200, content=orjson.dumps({"slots": slots, "time_zone": "UTC"})))

    pick = Pick.of(said)
    return await picker_of(Offer(ask, "/p/intro", pick, "Asia/Tokyo", "Asia/Tokyo", "en"), current=current)


async def test_without_a_wish_the_first_month_with_times_is_shown() -> None:
    picker = await shown([at(3, 3, year=2027)])
    assert (picker.month, picker.day) == ("March 2027", "Wed, 3 Mar 2027")


async def test_x12_a_month_without_times_leads_to_the_next_that_has_some() -> None:
    picker = await shown([at(12, 1), at(3, 3, year=2027)], month="2027-01")
    assert (picker.month, picker.times, picker.later_month) == ("January 2027", [], "March 2027")


async def test_x12_a_month_after_all_times_leads_back_to_the_first() -> None:
    picker = await shown([at(12, 1)], month="2027-06")
    assert (picker.later_month, "month=2026-12" in picker.later_times) == ("December 2026", True)


async def test_no_times_at_all_lead_nowhere() -> None:
    picker = await shown([])
    assert (picker.month, picker.later_times, picker.times) == ("November 2026", "", [])


async def test_months_that_are_over_are_not_shown() -> None:
    picker = await shown([at(11, 28)], month="2020-01")
    assert (picker.month, picker.earlier) == ("November 2026", "")


async def test_h10_the_time_of_the_appointment_is_where_it_begins_and_no_choice() -> None:
    current = at(12, 8)
    picker = await shown([at(12, 1), current, at(12, 8, 5)], current=current)
    assert (picker.day, [one.time for one, _ in picker.times]) == ("Tue, 8 Dec 2026", ["14:00"])


async def test_every_day_with_times_has_its_link_and_no_other() -> None:
    picker = await shown([at(12, 1), at(12, 2), at(12, 2, 5)], month="2026-12", day="2026-12-02")
    counts = {day.on.day: day.times for week in picker.weeks for day in week if day and day.times}
    assert (counts, [day.day for day in picker.day_urls], len(picker.times)) == ({1: 1, 2: 2}, [1, 2], 2)
