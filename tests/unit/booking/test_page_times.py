"""Free times of pages against the slow model (G5, G6), whatever the zones, hours, buffers, limits and calendars."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.model.cells import bitset_of
from services.booking.model.claims import staff_resource
from services.booking.model.free_time import CalendarState, HostTime
from services.booking.model.page_obstacles import Known
from services.booking.model.page_rules import Booked, HostHours, PageRules
from services.booking.model.page_times import free_time_at, free_times, why_not
from services.booking.model.spans import Span
from tests.unit.booking.slow_page import FIVE, MINUTE, SlowHost, SlowPage, taken_in
from tests.unit.booking.zone_changes import ZONES, changes_of, different_zones

EVERY_DAY = dict.fromkeys(range(7), ((0, 1440),))
HOUR = timedelta(hours=1)
IDS = ("stf_a", "stf_b", "stf_c")


def day_spans() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    """Up to three, on five minutes, often to or from midnight."""
    edges = st.lists(st.integers(0, 288).map(lambda cell: cell * 5) | st.sampled_from([0, 540, 1440]), max_size=6)
    return edges.map(lambda found: tuple(zip(sorted(found)[::2], sorted(found)[1::2], strict=False)))


@st.composite
def pages(draw: st.DrawFn, most_hosts: int = 3) -> SlowPage:
    """A page around some change of clocks of its own zone, or of its first host's."""
    zones = [draw(st.sampled_from(ZONES)) for _ in range(1 + most_hosts)]
    changes = changes_of(zones[draw(st.integers(0, 1))]) or [datetime(2026, 11, 1, 12, tzinfo=UTC)]
    around = draw(st.sampled_from(changes))
    nearby = st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda minutes: around + timedelta(minutes=minutes))
    dates = st.integers(-2, 2).map(lambda days: (around + timedelta(days=days)).date())
    spans = st.builds(lambda at, minutes: Span(at, at + timedelta(minutes=minutes)), nearby, st.integers(1, 900))
    busy = st.lists(spans, max_size=2).map(tuple)
    weekly = st.one_of(st.just(EVERY_DAY), st.dictionaries(st.integers(0, 6), day_spans(), min_size=4))
    exceptions = st.dictionaries(dates, day_spans(), max_size=1)
    hosts = [
        HostHours(staff_id, zone, draw(weekly), draw(exceptions), draw(st.frozensets(dates, max_size=1)))
        for staff_id, zone in zip(IDS[: draw(st.integers(1, most_hosts))], zones[1:], strict=False)
    ]
    window = Span(around - timedelta(days=draw(st.integers(0, 9))), around + timedelta(days=draw(st.integers(0, 9))))
    states = st.sampled_from([*CalendarState, CalendarState.KNOWN, CalendarState.KNOWN])
    rules = PageRules(
        zones[0],
        hosts,
        round_robin=draw(st.booleans()),
        step=draw(st.sampled_from([5, 10, 15, 20, 30, 45, 60, 120, 1440])),
        buffer_before=draw(st.sampled_from([0, 0, 5, 30, 600])),
        buffer_after=draw(st.sampled_from([0, 0, 10, 45])),
        minimum_notice=draw(st.sampled_from([0, 0, 7, 60, 1500])),
        horizon_days=draw(st.sampled_from([1, 2, 60])),
        daily_limit=draw(st.sampled_from([None, None, 1, 2])),
        weekly_limit=draw(st.sampled_from([None, None, 2, 3])),
        dates_off=draw(st.frozensets(dates, max_size=1)),
    )
    known = {
        host.staff_id: SlowHost(draw(busy), draw(busy), draw(states), draw(st.sampled_from([window, window, None])))
        for host in hosts
    }
    now = around - timedelta(minutes=draw(st.integers(-60, 3000)))
    return SlowPage(rules, known, tuple(draw(st.lists(nearby, max_size=3))), now)


def known_of(page: SlowPage) -> Known:
    hosts = [HostTime(staff_id, host.state, _months(host), window=host.window) for staff_id, host in page.hosts.items()]
    taken = {staff_resource(staff_id): taken_in(host.claimed) for staff_id, host in page.hosts.items()}
    return Known(hosts, taken, [Booked(at, (IDS[0],), page.now) for at in page.booked])


def _months(host: SlowHost) -> dict[str, bytes]:
    """The mirror holds whole months around what was read."""
    if host.window is None:
        return {}
    reach = Span(host.window.start_at - timedelta(days=31), host.window.end_at + timedelta(days=31))
    return {month: bitset_of(host.busy, month) for month in reach.months()}


LENGTHS = st.sampled_from([5, 15, 30, 47, 60, 300]).map(lambda minutes: timedelta(minutes=minutes))


@given(page=pages(), length=LENGTHS, offset=st.integers(-600, 600))
@settings(max_examples=150, deadline=None)
def test_g05_g06_listed_are_exactly_the_times_that_the_slow_model_finds(
    page: SlowPage, length: timedelta, offset: int
) -> None:
    begins = page.now + timedelta(minutes=offset)
    window = Span(begins, begins + timedelta(days=2))
    found = free_times(page.rules, known_of(page), length, window, page.now)
    assert [(time.start_at, set(time.host_ids)) for time in found] == list(page.times(length, window))


@given(page=pages(), length=LENGTHS)
@settings(max_examples=80, deadline=None)
def test_g05_a_time_is_listed_exactly_when_asking_for_it_alone_says_yes_and_nothing_explains_it_away(
    page: SlowPage, length: timedelta
) -> None:
    window, known = Span(page.now - FIVE, page.now + timedelta(hours=30)), known_of(page)
    listed = {time.start_at: time for time in free_times(page.rules, known, length, window, page.now)}
    at = datetime.fromtimestamp(window.start_at.timestamp() // 300 * 300, UTC)
    while at < window.end_at:
        alone = free_time_at(page.rules, known, length, at, page.now)
        assert alone == (listed.get(at) if at >= window.start_at else alone)
        why = why_not(page.rules, known, length, at, page.now)
        able = {staff_id for staff_id, reasons in why.hosts.items() if not reasons}
        enough = bool(able) if page.rules.round_robin else len(able) == len(page.rules.hosts)
        assert (alone is not None) == (not why.page and enough)
        at += 5 * FIVE


def around(zone: str, change: datetime) -> tuple[SlowPage, Span]:
    """Open at all hours but from 1:00 to 1:30 and from 3:30 to 4:00 on the wall, with a host elsewhere."""
    first = HostHours(IDS[0], zone, dict.fromkeys(range(7), ((0, 60), (90, 210), (240, 1440))))
    rules = PageRules(zone, (first, HostHours(IDS[1], "Asia/Kathmandu", EVERY_DAY)), step=15, buffer_after=15)
    meeting = Span(change - 45 * MINUTE, change - 20 * MINUTE)
    hosts = {IDS[0]: SlowHost(claimed=(meeting,)), IDS[1]: SlowHost()}
    return SlowPage(rules, hosts, (), change - timedelta(days=3)), Span(change - 3 * HOUR, change + 5 * HOUR)


@pytest.mark.slow
def test_g06_around_every_change_of_every_zone_the_listed_times_are_those_of_the_slow_model() -> None:
    """From 2024 to 2037."""
    for zone in different_zones():
        for change in changes_of(zone):
            page, window = around(zone, change)
            found = free_times(page.rules, known_of(page), HOUR, window, page.now)
            assert [time.start_at for time in found] == [at for at, _ in page.times(HOUR, window)], (zone, change)
