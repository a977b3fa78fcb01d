"""Google's answers that are no success, as the five errors; only here its status codes are seen."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.calendar_sync.providers.calls import retry_after
from shared.providers import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
    SyncTokenExpired,
)

_THROTTLED = {"userRateLimitExceeded", "rateLimitExceeded"}
_QUOTA = {"quotaExceeded", "dailyLimitExceeded"}
_RESYNC = {"fullSyncRequired", "updatedMinTooLongAgo"}
_DUPLICATE = "duplicate"
_SCOPES_LACKING = "insufficientPermissions"


class AlreadyThere(ProviderRefused):
    """Our id exists: an earlier attempt arrived, or an entry of this name was deleted (facts 2.4)."""


def error_of(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> ProviderError:
    """Branches on the reason, not on the status: 403 is a rate limit as often as a refusal."""
    error = body.get("error")
    details = error.get("errors") if isinstance(error, Mapping) else None
    first = details[0] if details and isinstance(details, list) else None
    reason = str(first.get("reason", "")) if isinstance(first, Mapping) else ""
    if reason in _QUOTA:
        return ProviderThrottled(reason, retry_after=timedelta(minutes=15))
    if status == 429 or reason in _THROTTLED:
        return ProviderThrottled(reason or "429", retry_after=retry_after(headers))
    if reason in _RESYNC:
        return SyncTokenExpired(reason)
    if status in (404, 410):
        return ProviderRefused(reason or str(status), missing=True)
    if status == 409:
        return AlreadyThere(reason or _DUPLICATE)
    if status >= 500 or status == 412:
        return ProviderUnavailable(f"{status} {reason}".strip(), unknown=status >= 500)
    return ProviderRefused(f"{status} {reason}".strip(), denied=status == 403 and reason != _SCOPES_LACKING)
