"""Budgets, resets and gathering as pure rules (C4, G20)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.zoom_issuer.limits import DailyLimit, Gathering, day_of, goes_on_at, next_reset
from services.zoom_issuer.settings import Settings

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
MOMENTS = st.tuples(st.timedeltas(timedelta(0), timedelta(days=700)), st.timezones()).map(
    lambda pair: (NOON + pair[0]).astimezone(pair[1])
)
DEFAULT = Gathering(*(Settings.model_fields[name].default for name in ("gather_quiet", "gather_most", "gather_rush")))
FAR = NOON + timedelta(days=9)


@given(MOMENTS)
def test_c4_the_day_of_the_budget_ends_at_midnight_utc(now: datetime) -> None:
    reset = next_reset(now)
    assert timedelta(0) < reset - now <= timedelta(days=1)
    assert day_of(now) != day_of(reset)
    assert day_of(now) == day_of(reset - timedelta(microseconds=1))


def test_c4_the_last_of_the_budget_is_for_meetings_that_cannot_wait() -> None:
    daily = DailyLimit(100, 5)
    assert daily.allowed(NOON + timedelta(hours=11), NOON) == 100
    assert daily.allowed(NOON + timedelta(hours=12), NOON) == 95


def test_a_reserve_as_large_as_the_limit_leaves_one_for_later_meetings() -> None:
    assert DailyLimit(5, 5).allowed(FAR, NOON) == 1
    assert DailyLimit(0, 5).allowed(FAR, NOON) == 0


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), min_size=2, max_size=20, unique=True), st.text())
def test_g20_after_the_reset_the_soonest_meetings_go_first_and_within_a_minute(
    ahead: list[timedelta], key: str
) -> None:
    times = [goes_on_at(NOON, NOON + one, key) for one in sorted(ahead)]
    assert times == sorted(times)
    assert all(timedelta(seconds=1) <= at - NOON <= timedelta(seconds=62) for at in times)


def test_g20_rows_of_one_start_do_not_all_fire_at_once() -> None:
    assert len({goes_on_at(NOON, FAR, f"apt_{number}") for number in range(50)}) > 40


def goings(moves: list[float], gathering: Gathering = DEFAULT) -> int:
    """How many updates moves at these seconds make."""
    count, first, newest = 0, -1.0, -1.0
    for at in [*sorted(moves), 10_000.0]:
        if first >= 0:
            due = gathering.until(*(NOON + timedelta(seconds=second) for second in (first, newest)), FAR)
            if due <= NOON + timedelta(seconds=at):
                count, first = count + 1, -1.0
        first, newest = (at if first < 0 else first), at
    return count


def test_g20_five_moves_spread_over_a_minute_make_one_update() -> None:
    assert goings([0, 12, 24, 36, 48]) == 1
    assert goings([0, 15, 30, 45, 60]) == 1
    assert goings([0, 1, 2, 3, 4]) == 1


@given(st.lists(st.floats(0, 600), min_size=1, max_size=60))
def test_no_change_waits_longer_than_the_most(moves: list[float]) -> None:
    first, newest = min(moves), max(moves)
    due = DEFAULT.until(NOON + timedelta(seconds=first), NOON + timedelta(seconds=newest), FAR)
    assert due <= NOON + timedelta(seconds=first) + DEFAULT.most


def test_nothing_is_gathered_shortly_before_the_start() -> None:
    assert DEFAULT.until(NOON, NOON, NOON + timedelta(minutes=10)) == NOON
    assert DEFAULT.until(NOON, NOON, NOON + DEFAULT.rush + timedelta(seconds=5)) == NOON + timedelta(seconds=5)
