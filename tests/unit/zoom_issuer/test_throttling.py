"""Zoom's 429 in all the formats that were seen (facts 1.5)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.zoom_issuer.providers import DayIsSpent
from services.zoom_issuer.providers.throttling import throttled
from shared.providers import ProviderThrottled

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
MIDNIGHT = NOON + timedelta(hours=12)
DAILY = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular "
    "user. You may resume these requests at GMT 00:00:00."
)
SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."


def said(headers: dict[str, str], message: str) -> ProviderThrottled:
    return throttled("zoom: 429", headers, message, NOON)


@pytest.mark.parametrize(
    ("headers", "message", "until"),
    [
        ({}, DAILY, MIDNIGHT),
        ({"retry-after": "soon"}, DAILY, MIDNIGHT),
        ({"retry-after": "2020-05-31T00:00:00Z"}, DAILY, MIDNIGHT),
        ({"retry-after": "2026-12-02T00:00:00Z"}, SECOND, MIDNIGHT),
        ({"retry-after": "2026-12-02T00:00:00"}, DAILY, MIDNIGHT),
        ({"retry-after": "2026-12-02 00:00:00"}, DAILY, MIDNIGHT),
        ({"retry-after": "2026-12-02T09:00:00+09:00"}, "", MIDNIGHT),
        ({"retry-after": "Wed, 02 Dec 2026 00:00:00 GMT"}, DAILY, MIDNIGHT),
        ({"retry-after": "43200"}, DAILY, MIDNIGHT),
        ({"retry-after": "43200"}, "", MIDNIGHT),
        ({"x-ratelimit-type": "Daily-limit"}, "", MIDNIGHT),
        ({"x-ratelimit-type": "Daily-limit", "retry-after": "60"}, "", NOON + timedelta(minutes=1)),
        ({"retry-after": "2099-01-01T00:00:00Z"}, DAILY, NOON + timedelta(hours=48)),
    ],
)
def test_c4_the_day_is_spent_until_zoom_says(headers: dict[str, str], message: str, until: datetime) -> None:
    error = said(headers, message)
    assert isinstance(error, DayIsSpent)
    assert error.until == until


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 1.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 1.0),
        ({"retry-after": "-3"}, 1.0),
        ({"retry-after": "nan"}, 1.0),
        ({"retry-after": "2026-12-01T12:00:20Z", "x-ratelimit-type": "QPS"}, 20.0),
    ],
)
def test_a_burst_is_waited_out(headers: dict[str, str], wait: float) -> None:
    error = said(headers, SECOND)
    assert type(error) is ProviderThrottled
    assert error.retry_after == timedelta(seconds=wait)


@given(st.text(max_size=40), st.text(max_size=20), st.sampled_from(["", DAILY, SECOND]))
def test_whatever_zoom_writes_is_a_time_to_come(given_text: str, kind: str, message: str) -> None:
    error = said({"retry-after": given_text, "x-ratelimit-type": kind}, message)
    assert timedelta(seconds=1) <= error.retry_after <= timedelta(hours=48)
