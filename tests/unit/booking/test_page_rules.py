"""Each rule of a page by itself (H2, H3, G2, G3, G6, X11)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.booking.model.cells import bitset_of
from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.free_time import CalendarState, HostTime
from services.booking.model.page_obstacles import Known
from services.booking.model.page_rules import Booked, HostHours, PageRules, Reason
from services.booking.model.page_times import FreeTime, free_time_at, free_times, why_not
from services.booking.model.spans import Span
from shared.public_holidays import public_holidays
from tests.unit.booking.slow_page import taken_in

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 0, 0, tzinfo=TOKYO).astimezone(UTC)
HALF, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
NINE_TO_FIVE = dict.fromkeys(range(5), ((9 * 60, 17 * 60),))
ALWAYS = dict.fromkeys(range(7), ((0, 1440),))
NO_CALENDAR = CalendarState.NONE


def at(day: date | int, hour: int, minute: int = 0, zone: ZoneInfo = TOKYO) -> datetime:
    """A day of November 2026, or a date."""
    day = date(2026, 11, day) if isinstance(day, int) else day
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def a_host(staff_id: str = "a", zone: str = "Asia/Tokyo", **more: object) -> HostHours:
    return HostHours(**{"staff_id": staff_id, "time_zone": zone, "weekly": NINE_TO_FIVE, **more})  # type: ignore[arg-type]


def a_page(*hosts: HostHours, **rules: object) -> PageRules:
    return PageRules(**{"time_zone": "Asia/Tokyo", "hosts": hosts or (a_host(),), **rules})  # type: ignore[arg-type]


def nobody_busy(*staff_ids: str, claims: Iterable[Claim] = (), booked: Iterable[Booked] = ()) -> Known:
    by_resource: defaultdict[str, list[Span]] = defaultdict(list)
    for claim in claims:
        by_resource[claim.resource].append(claim.span)
    taken = {resource: taken_in(spans) for resource, spans in by_resource.items()}
    return Known([HostTime(each, NO_CALENDAR) for each in staff_ids or ("a",)], taken, list(booked))


def claimed(resource: str, start_at: datetime, length: timedelta = HALF, kind: str = "confirmed") -> Claim:
    return Claim(resource, ClaimKind(kind), "apt_other", "", Span(start_at, start_at + length))


def starts(rules: PageRules, known: Known | None = None, *, first: datetime = NOW, days: int = 1) -> list[datetime]:
    found = free_times(rules, known or nobody_busy(), HALF, Span(first, first + days * DAY), NOW)
    return [time.start_at for time in found]


def reasons(rules: PageRules, start_at: datetime, known: Known | None = None) -> set[Reason]:
    why = why_not(rules, known or nobody_busy(), HALF, start_at, NOW)
    return {*why.page, *(reason for found in why.hosts.values() for reason in found)}


def test_h02_a_day_has_the_times_within_its_hours() -> None:
    found = starts(a_page())
    assert (found[0], found[-1], len(found)) == (at(26, 9), at(26, 16, 30), 16)


@pytest.mark.parametrize(("step", "expected"), [(60, 8), (120, 4), (45, 11), (240, 2), (1440, 0)])
def test_h02_starts_are_multiples_of_the_step_from_local_midnight(step: int, expected: int) -> None:
    assert len(starts(a_page(step=step))) == expected


def test_h02_notice_keeps_what_is_too_near_and_the_horizon_what_is_too_far() -> None:
    assert starts(a_page(minimum_notice=10 * 60 + 1))[0] == at(26, 10, 30)
    assert reasons(a_page(minimum_notice=24 * 60), at(26, 10)) == {Reason.NOTICE}
    last = starts(a_page(horizon_days=1), days=40)[-1]
    assert last == at(27, 16, 30)
    assert reasons(a_page(horizon_days=1), at(30, 9)) == {Reason.HORIZON}


def test_h02_a_page_in_tokyo_with_a_host_in_berlin_is_open_when_both_work() -> None:
    rules = a_page(a_host(weekly={3: ((9 * 60, 19 * 60),)}), a_host("b", "Europe/Berlin"))
    assert starts(rules, nobody_busy("a", "b")) == [at(26, 17), at(26, 17, 30), at(26, 18), at(26, 18, 30)]


def test_x06_japanese_holidays_are_off_unless_an_exception_says_otherwise() -> None:
    day = date(2026, 12, 31)
    holidays = public_holidays("Asia/Tokyo", date(2027, 1, 1), date(2027, 1, 11))
    new_year, coming_of_age = date(2027, 1, 1), date(2027, 1, 11)
    assert {new_year, coming_of_age} <= set(holidays)
    rules = a_page(a_host(holidays=holidays, exceptions={new_year: ((600, 660),), day: ()}))
    found = starts(rules, first=at(day, 0), days=12)
    assert found[:2] == [at(new_year, 10), at(new_year, 10, 30)]
    assert {each.astimezone(TOKYO).date() for each in found} == {new_year, *(date(2027, 1, n) for n in range(4, 9))}
    assert reasons(rules, at(coming_of_age, 10)) == {Reason.HOLIDAY}
    assert reasons(rules, at(day, 10)) == {Reason.OUTSIDE_HOURS}


def test_h02_a_date_off_of_the_page_is_off_for_everybody_on_the_pages_clock() -> None:
    rules = a_page(a_host(zone="America/New_York", weekly=ALWAYS), dates_off=[date(2026, 11, 27)], step=60)
    found = starts(rules, days=3)
    assert {each.astimezone(TOKYO).day for each in found} == {26, 28}
    assert reasons(rules, at(27, 0)) == {Reason.DATE_OFF}


def test_h02_a_meeting_may_run_over_midnight_where_both_days_are_open() -> None:
    over = a_page(a_host(weekly={3: ((1380, 1440),), 4: ((0, 60),)}), step=15)
    assert at(26, 23, 45) in starts(over, days=2)
    assert at(26, 23, 45) not in starts(a_page(a_host(weekly={3: ((1380, 1440),)}), step=15), days=2)


def test_g06_nine_in_berlin_stays_nine_on_both_sides_and_both_readings_of_a_fold_are_open() -> None:
    berlin = a_page(a_host(zone="Europe/Berlin", weekly=ALWAYS), time_zone="Europe/Berlin", horizon_days=365)
    spring, autumn = (at(day, 0, zone=BERLIN) for day in (date(2027, 3, 28), date(2027, 10, 31)))
    for first, hours in ((spring, 23), (autumn, 25)):
        known = nobody_busy()
        found = free_times(berlin, known, HALF, Span(first, first + hours * HOUR), NOW)
        assert len(found) == hours * 2
        clocks = [time.start_at.astimezone(BERLIN).hour for time in found]
        assert clocks.count(2) == {23: 0, 25: 4}[hours]
    nine = a_page(a_host(zone="Europe/Berlin"), time_zone="Europe/Berlin", horizon_days=365)
    mornings = [starts(nine, first=each)[0].hour for each in (spring - 2 * DAY, spring + DAY)]
    assert mornings == [8, 7]


@pytest.mark.parametrize("kind", ["held", "confirmed"])
def test_g02_whatever_can_become_confirmed_blocks_with_the_pages_buffers(kind: str) -> None:
    known = nobody_busy(claims=[claimed("staff:a", at(26, 12), kind=kind)])
    rules = a_page(buffer_before=15, buffer_after=30)
    gone = {hour for hour in (11, 12, 13) for minute in (0, 30) if at(26, hour, minute) not in starts(rules, known)}
    assert gone == {11, 12}
    assert [each for each in starts(rules, known) if at(26, 11) < each < at(26, 13)] == []
    assert reasons(rules, at(26, 12), known) == {Reason.CLAIMED}
    assert reasons(rules, at(26, 12, 30), known) == {Reason.BUFFER}


def test_h02_a_buffer_needs_no_open_time() -> None:
    assert starts(a_page(buffer_before=120, buffer_after=120))[0] == at(26, 9)


def a_calendar(staff_id: str, *busy: Span, days: int = 30, state: CalendarState = CalendarState.KNOWN) -> HostTime:
    window = Span(NOW - DAY, NOW + timedelta(days=days))
    months = {month: bitset_of(busy, month) for month in window.months()}
    return HostTime(staff_id, state, months, window=window)


def test_g03_an_unknown_calendar_offers_nothing_and_other_hosts_of_a_round_robin_stay() -> None:
    hosts = [a_calendar("a", state=CalendarState.UNKNOWN), a_calendar("b")]
    both = (a_host("a"), a_host("b"))
    assert starts(a_page(*both), Known(hosts)) == []
    found = free_times(a_page(*both, round_robin=True), Known(hosts), HALF, Span(NOW, NOW + DAY), NOW)
    assert {time.host_ids for time in found} == {("b",)}
    assert why_not(a_page(*both), Known(hosts), HALF, at(26, 9), NOW).hosts == {"a": (Reason.UNREADABLE,), "b": ()}


def test_g03_nobody_is_free_beyond_what_was_read_or_where_nothing_is_known_of_them() -> None:
    found = starts(a_page(), Known([a_calendar("a", days=2)]), days=10)
    assert max(found) < NOW + 2 * DAY
    assert starts(a_page(), Known([])) == []
    gap = a_calendar("a", days=40)
    holed = HostTime("a", gap.state, {"2026-11": gap.months["2026-11"]}, window=gap.window)
    assert max(starts(a_page(), Known([holed]), days=20)) < datetime(2026, 12, 1, tzinfo=UTC)


def test_h03_all_hosts_must_be_free_and_of_a_round_robin_one() -> None:
    nine, ten = (Span(at(26, hour), at(26, hour) + HOUR) for hour in (9, 10))
    known = Known([a_calendar("a", nine), a_calendar("b", ten)])
    assert starts(a_page(a_host("a"), a_host("b")), known)[0] == at(26, 11)
    anyone = free_times(a_page(a_host("a"), a_host("b"), round_robin=True), known, HALF, Span(NOW, NOW + DAY), NOW)
    assert [time.host_ids for time in anyone][:5] == [("b",), ("b",), ("a",), ("a",), ("a", "b")]


def booked(staff_id: str, day: int, *, made: int = 0) -> Booked:
    return Booked(NOW + timedelta(days=day, hours=10), [staff_id], NOW - timedelta(days=made))


@pytest.mark.parametrize(
    ("bookings", "first"),
    [
        ([], "a"),
        ([booked("a", 1)], "b"),
        ([booked("a", 1), booked("a", 2), booked("b", 3), booked("b", -29), booked("c", 5), booked("c", 6)], "a"),
        ([booked("a", 40), booked("b", 1), booked("c", 2)], "a"),
        ([booked("a", 1, made=1), booked("b", 2, made=3), booked("c", 3, made=2)], "b"),
    ],
)
def test_h03_the_fairest_has_the_fewest_within_thirty_days_then_was_booked_longest_ago(
    bookings: list[Booked], first: str
) -> None:
    rules = a_page(*map(a_host, "abc"), round_robin=True)
    time = free_time_at(rules, nobody_busy(*"abc", booked=bookings), HALF, at(26, 9), NOW)
    assert time is not None
    assert time.host_ids[0] == first
    assert sorted(time.host_ids) == ["a", "b", "c"]


def test_h02_daily_and_weekly_limits_count_on_the_pages_clock() -> None:
    early = Booked(at(27, 0, 30), ["a"], NOW)
    daily = starts(a_page(daily_limit=1), nobody_busy(booked=[early]), days=3)
    assert {each.astimezone(TOKYO).day for each in daily} == {26}
    assert reasons(a_page(daily_limit=1), at(27, 9), nobody_busy(booked=[early])) == {Reason.DAILY_LIMIT}
    monday = Booked(at(30, 0, 30), ["a"], NOW)
    weekly = starts(a_page(weekly_limit=1), nobody_busy(booked=[monday]), days=14)
    assert {each.astimezone(TOKYO).day for each in weekly} == {26, 27, 7, 8, 9}
    assert reasons(a_page(weekly_limit=1), at(30, 9), nobody_busy(booked=[monday])) == {Reason.WEEKLY_LIMIT}


def test_c03_rooms_zoom_users_and_seats_are_taken_like_hosts() -> None:
    nine = at(26, 9)
    rules = a_page(a_host(resources=["zoom:a"]), resources=["room:1"], seats=["bookable:x:0", "bookable:x:1"])
    for resource in ("zoom:a", "room:1"):
        known = nobody_busy(claims=[claimed(resource, nine)])
        assert starts(rules, known)[0] == nine + HALF
        assert reasons(rules, nine, known) == {Reason.RESOURCE}
    seats = [claimed(f"bookable:x:{seat}", nine) for seat in (0, 1)]
    assert starts(rules, nobody_busy(claims=seats[:1]))[0] == nine
    assert starts(rules, nobody_busy(claims=seats))[0] == nine + HALF


def test_h03_of_a_round_robin_each_hosts_own_zoom_user_counts() -> None:
    rules = a_page(*(a_host(each, resources=[f"zoom:{each}"]) for each in "ab"), round_robin=True)
    known = nobody_busy("a", "b", claims=[claimed("zoom:a", at(26, 9))])
    assert free_time_at(rules, known, HALF, at(26, 9), NOW) == FreeTime(at(26, 9), at(26, 9, 30), ("b",))


@pytest.mark.parametrize("off", [timedelta(minutes=1), timedelta(seconds=1), -timedelta(microseconds=1)])
def test_g05_a_forged_start_is_not_free(off: timedelta) -> None:
    assert free_time_at(a_page(), nobody_busy(), HALF, at(26, 10) + off, NOW) is None
    assert Reason.STEP in reasons(a_page(), at(26, 10) + off)


def test_what_has_begun_is_over_and_a_page_without_hosts_has_no_times() -> None:
    always = a_page(a_host(weekly=ALWAYS))
    assert starts(always, first=NOW - DAY)[:1] == []
    assert starts(always)[0] == NOW + HALF
    assert reasons(always, NOW) == {Reason.PAST}
    assert starts(PageRules("Asia/Tokyo", ())) == []


def test_a_long_question_reaches_no_further_than_the_horizon() -> None:
    found = free_times(a_page(horizon_days=3), nobody_busy(), HALF, Span(NOW, NOW + timedelta(days=100_000)), NOW)
    assert len(found) == 3 * 16 - 16
    assert found[1:3][0] == found[1]
