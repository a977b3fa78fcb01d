"""X12: the earliest common free times on different days, against a slow model that tries every half hour."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.model.cells import bitset_of
from services.booking.model.claims import Claim, ClaimKind, staff_resource
from services.booking.model.free_time import CalendarState, HostTime
from services.booking.model.spans import Span
from services.booking.model.suggestions import HORIZON, Wish, candidates, suggested

MONDAY = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)
HOSTS = ("stf_a", "stf_b")
ZONES = st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = MONDAY + draw(st.integers(0, 12 * 24 * 12)) * timedelta(minutes=5)
    return Span(start, start + draw(st.integers(1, 24 * 12)) * timedelta(minutes=5))


def a_host(staff_id: str, busy: list[Span], state: CalendarState = CalendarState.KNOWN) -> HostTime:
    window = Span(MONDAY - timedelta(days=40), MONDAY + timedelta(days=120))
    return HostTime(staff_id, state, {month: bitset_of(busy, month) for month in window.months()}, window=window)


def slowly(wish: Wish, taken: list[Span], zone: ZoneInfo) -> list[Span]:
    """Every five minutes of the coming days, judged by what the reader's clock shows."""
    found: dict[date, Span] = {}
    at = wish.from_at.replace(minute=wish.from_at.minute // 5 * 5, second=0, microsecond=0)
    while len(found) < wish.count and at < wish.from_at + timedelta(days=30):
        local, until = at.astimezone(zone), (at + wish.length).astimezone(zone)
        span = Span(at, at + wish.length)
        closing = local.replace(hour=18, minute=0)
        in_hours = local.hour >= 9 and until.date() == local.date() and until <= closing
        fits = local.weekday() < 5 and local.minute in (0, 30) and in_hours and at >= wish.from_at
        if fits and local.date() not in found and not any(span.overlaps(other) for other in taken):
            found[local.date()] = span
        at += timedelta(minutes=5)
    return list(found.values())


@given(
    busy=st.tuples(st.lists(spans(), max_size=6), st.lists(spans(), max_size=6)),
    claimed=st.lists(st.tuples(spans(), st.sampled_from(ClaimKind)), max_size=4),
    zone=ZONES,
    begins=st.integers(0, 7 * 24 * 60),
    length=st.integers(1, 6),
    count=st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_x12_suggestions_are_what_trying_every_moment_finds(
    busy: tuple[list[Span], list[Span]],
    claimed: list[tuple[Span, ClaimKind]],
    zone: str,
    begins: int,
    length: int,
    count: int,
) -> None:
    wish = Wish(MONDAY + timedelta(minutes=begins), length * HALF, count)
    hosts = [a_host(staff_id, mine) for staff_id, mine in zip(HOSTS, busy, strict=True)]
    claims = [Claim(staff_resource(HOSTS[0]), kind, "o", "s", span) for span, kind in claimed]
    taken = [*busy[0], *busy[1], *(span for span, _ in claimed)]
    assert suggested(wish, hosts, claims, ZoneInfo(zone)) == slowly(wish, taken, ZoneInfo(zone))


def test_g03_nothing_is_suggested_where_a_calendar_is_unknown() -> None:
    wish = Wish(MONDAY, 2 * HALF, 3)
    hosts = [a_host("stf_a", []), a_host("stf_b", [], CalendarState.UNKNOWN)]
    assert suggested(wish, hosts, [], ZoneInfo("Asia/Tokyo")) == []


def test_beyond_the_copy_nothing_is_known_to_be_free() -> None:
    wish = Wish(MONDAY + timedelta(days=119), 2 * HALF, 3)
    assert len(suggested(wish, [a_host("stf_a", [])], [], ZoneInfo("Asia/Tokyo"))) < 3
    assert suggested(wish, [HostTime("stf_a", CalendarState.NONE)], [], ZoneInfo("Asia/Tokyo"))
    assert timedelta(days=60) == HORIZON


def test_g06_working_hours_are_the_wall_clocks_on_both_sides_of_a_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    before, after = (next(candidates(day, HALF, zone)) for day in (date(2026, 10, 23), date(2026, 10, 26)))
    assert (before.start_at.hour, after.start_at.hour) == (7, 8)


def test_x12_nothing_is_suggested_on_a_day_off() -> None:
    wish = Wish(MONDAY, 2 * HALF, 2)
    found = suggested(wish, [a_host("stf_a", [])], [], ZoneInfo("Asia/Tokyo"), {date(2026, 11, 30), date(2026, 12, 2)})
    days = [span.start_at.astimezone(ZoneInfo("Asia/Tokyo")).date() for span in found]
    assert days == [date(2026, 12, 1), date(2026, 12, 3)]
