"""The sliding minute of G24's limits."""

import pytest

from services.gateway.edge.limits import TooManyRequests, refuse_above
from services.gateway.edge.windows import Window, names


def test_the_last_minute_counts_for_as_much_as_is_left_of_it() -> None:
    assert Window(current=0, previous=120, elapsed=0).count == 120
    assert Window(current=10, previous=120, elapsed=30).count == 70
    assert Window(current=10, previous=120, elapsed=60).count == 10


def test_g24_one_more_than_the_limit_is_refused_across_the_change_of_the_minute() -> None:
    refuse_above(Window(current=4, previous=5, elapsed=0.1), 10)
    with pytest.raises(TooManyRequests):
        refuse_above(Window(current=5, previous=5, elapsed=0.1), 10)


@pytest.mark.parametrize(
    "window", [Window(10, 0, 5.0), Window(10, 10, 59.0), Window(0, 10, 0.0), Window(5, 300, 20.0), Window(200, 0, 1.0)]
)
def test_who_comes_back_when_told_is_let_in_if_nothing_else_came(window: Window) -> None:
    limit = 10
    later = window.elapsed + window.retry_after(limit)
    if later < 60:
        then = Window(window.current, window.previous, later)
    elif later < 120:
        then = Window(0, window.current, later - 60)
    else:
        then = Window(0, 0, later - 120)
    refuse_above(then, limit)


def test_counts_are_named_by_rule_subject_and_minute() -> None:
    assert names("ip", "abc", 125.0) == ("ip:abc:2", "ip:abc:1")
