"""What sync tokens and windows rest on: the change log, the index of spans, sealed tokens and quotas."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.sandbox.calendars.changelog import ChangeLog
from deploy.sandbox.calendars.opaque_tokens import seal, unseal
from deploy.sandbox.calendars.quota import Quota
from deploy.sandbox.calendars.span_index import SpanIndex

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_change_log_names_each_item_once_at_its_latest_change() -> None:
    log = ChangeLog()
    for item_id in ("a", "b", "a", "c"):
        log.touch(item_id)

    assert log.since(0) == [(2, "b"), (3, "a"), (4, "c")]
    assert log.since(2, until=3) == [(3, "a")]
    assert log.since(4) == []


def test_an_item_is_found_on_every_day_that_it_touches_and_nowhere_after_a_move() -> None:
    index = SpanIndex()
    index.put("meeting", NOON, NOON + HOUR)
    index.put("trip", NOON, NOON + 3 * DAY)
    before = index.candidates(NOON + 2 * DAY, NOON + 2 * DAY + HOUR)
    index.put("trip", NOON - 5 * DAY, NOON - 4 * DAY)

    assert before == {"trip"}
    assert index.candidates(NOON + 2 * DAY, NOON + 3 * DAY) == set()
    assert index.candidates(NOON, NOON + HOUR) == {"meeting"}


def test_long_and_endless_items_are_candidates_of_every_window() -> None:
    index = SpanIndex()
    index.put("year", NOON, NOON + 365 * DAY)
    index.put_always("series")
    found = index.candidates(NOON - 900 * DAY, NOON - 899 * DAY)
    index.remove("year")

    assert found == {"year", "series"}
    assert index.candidates(None, None) == {"series"}


@pytest.mark.parametrize("changed", ["", "x", "AAAA", "ñ", "a" * 300])
def test_a_token_that_was_not_sealed_here_is_nothing(changed: str) -> None:
    token = seal({"position": 3})

    assert unseal(token) == {"position": 3}
    assert unseal(changed) is None
    assert unseal(token[:-1] + ("A" if token[-1] != "A" else "B")) is None


def test_a_quota_slides_and_zero_means_none() -> None:
    quota = Quota(2, timedelta(minutes=1))
    taken = [quota.take("me", NOON + seconds * timedelta(seconds=1)) for seconds in (0, 30, 59, 61, 62)]

    assert taken == [True, True, False, True, False]
    assert quota.take("someone else", NOON)
    assert all(Quota(0, HOUR).take("me", NOON) for _ in range(3))
