"""What Zoom's 429 means, in all its formats: a second, a time, or the rest of the day (facts 1.5).

| Retry-After | X-RateLimit-Type or message | taken as |
| --- | --- | --- |
| ISO instant, HTTP date or seconds | daily, or minutes away | the day is spent until then |
| none, past or not readable | daily | the day is spent until 00:00 UTC |
| ISO instant, HTTP date or seconds | QPS or none | throttled until then |
| none, past or not readable | QPS or none | throttled for a second |
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from services.zoom_issuer.limits import next_reset
from services.zoom_issuer.providers import DayIsSpent
from shared.providers import ProviderThrottled

_DAILY = ("daily", "gmt 00:00")
_LEAST = timedelta(seconds=1)
_LONG = timedelta(minutes=5)
"""What is put off longer is no burst, whatever the words say."""
_MOST = timedelta(hours=48)
"""No limit of Zoom lasts longer; what says so is not believed beyond."""


def throttled(reason: str, headers: Mapping[str, str], message: str, now: datetime) -> ProviderThrottled:
    until = _until(headers.get("retry-after", "").strip(), now)
    kind = headers.get("x-ratelimit-type", "")
    daily = any(word in text.casefold() for word in _DAILY for text in (kind, message))
    if daily or (until is not None and until - now >= _LONG):
        return DayIsSpent(reason, until=until or next_reset(now), now=now)
    return ProviderThrottled(reason, retry_after=until - now if until else _LEAST)


def _until(given: str, now: datetime) -> datetime | None:
    """The instant that a Retry-After names, if it names one that is still to come."""
    at = _of_seconds(given, now) or _of_iso(given) or _of_date(given)
    if at is None or at <= now:
        return None
    return min(max(at, now + _LEAST), now + _MOST)


def _of_seconds(given: str, now: datetime) -> datetime | None:
    try:
        seconds = float(given)
    except ValueError:
        return None
    return now + timedelta(seconds=min(seconds, _MOST.total_seconds())) if math.isfinite(seconds) else None


def _of_iso(given: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(given.replace(" ", "T", 1))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _of_date(given: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(given)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
