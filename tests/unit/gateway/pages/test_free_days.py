"""The calendar of a month: whole weeks, every day once, times on the reader's own day (H5, X6)."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.pages.free_days import Month, by_day, month_name, time_of, weekdays, weeks
from shared.contracts.api.page_guests import PageSlotView
from shared.public_holidays import public_holidays

months = st.builds(Month, st.integers(2000, 2198), st.integers(1, 12))


def a_slot(start: datetime) -> PageSlotView:
    return PageSlotView(start=start, end=start + timedelta(minutes=30))


@given(months, st.sampled_from(["ja", "en"]))
def test_every_day_of_the_month_stands_once_under_its_weekday(month: Month, language: str) -> None:
    shown = weeks(month, {}, chosen=None, today=month.first, holidays={}, language=language)  # type: ignore[arg-type]
    assert all(len(week) == 7 for week in shown)
    days = [day.on for week in shown for day in week if day]
    assert (days[0], days[-1], len(days)) == (month.first, month.last, month.last.day)
    first = 6 if language == "ja" else 0
    assert all(
        day is None or day.on.weekday() == (first + place) % 7 for week in shown for place, day in enumerate(week)
    )


@given(months, st.integers(-400, 400))
def test_months_are_added_and_taken_away(month: Month, n: int) -> None:
    assert month.plus(n).plus(-n) == month
    assert Month.read(str(month)) == month


def test_g06_times_that_the_clock_shows_twice_are_told_apart() -> None:
    night = [a_slot(datetime(2027, 11, 7, 5, tzinfo=UTC) + timedelta(minutes=30 * n)) for n in range(4)]
    told = [time_of(slot, "America/New_York", "en") for slot in night]
    assert [one.time for one in told] == ["01:00 (GMT-4)", "01:30 (GMT-4)", "01:00 (GMT-5)", "01:30 (GMT-5)"]
    assert told[1].whole == "Sun, 7 Nov 2027 01:30 – 01:00 (GMT-4)"
    assert time_of(a_slot(datetime(2027, 11, 7, 7, tzinfo=UTC)), "America/New_York", "en").time == "02:00"


def test_times_stand_on_the_readers_own_day() -> None:
    slots = [a_slot(datetime(2026, 12, 1, hour, tzinfo=UTC)) for hour in (0, 4, 6)]
    assert [(day, len(found)) for day, found in by_day(slots, "America/New_York").items()] == [
        (date(2026, 11, 30), 2),
        (date(2026, 12, 1), 1),
    ]


def test_x06_a_day_says_its_date_its_holiday_and_how_many_times_it_has() -> None:
    january = Month(2027, 1)
    holidays = public_holidays("Asia/Tokyo", january.first, january.last)
    eleventh = date(2027, 1, 11)
    shown = weeks(january, {eleventh: 3}, chosen=eleventh, today=eleventh, holidays=holidays, language="ja")
    (day,) = [day for week in shown for day in week if day and day.on == eleventh]
    assert (day.label, day.chosen, day.today) == ("2027年1月11日(月), 成人の日, 空き3件", True, True)


def test_weeks_begin_on_sunday_in_japanese_and_on_monday_in_english() -> None:
    assert weekdays("ja")[0] == ("日", "日曜日")
    assert weekdays("en")[0] == ("Mon", "Monday")
    assert (month_name(Month(2026, 12), "ja"), month_name(Month(2026, 12), "en")) == ("2026年12月", "December 2026")


def test_what_is_no_month_is_none() -> None:
    assert [Month.read(said) for said in ("", "2026-13", "2026-1", "9999-12", "0000-01", "2026-12-01")] == [None] * 6
