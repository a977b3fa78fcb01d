"""Graph's answers that are no success, as the five errors; only here its status codes are seen."""

from collections.abc import Mapping
from typing import Any

from services.calendar_sync.providers.calls import retry_after
from shared.providers import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
    SyncTokenExpired,
)

_RESYNC = {"syncstatenotfound", "syncstateinvalid", "resyncrequired"}
_THROTTLED = {"applicationthrottled", "toomanyrequests", "errorserverbusy"}
_DUPLICATE = "errorduplicatetransactionid"
_TRANSIENT = {408, 409, 412, 423}


class TransactionUsed(ProviderRefused):
    """An entry with our ``transactionId`` was made before."""


def error_of(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> ProviderError:
    """By the code, compared without case; messages are ignored (facts 3.6)."""
    error = body.get("error")
    code = str(error.get("code", "")) if isinstance(error, Mapping) else ""
    word = code.lower()
    if word == _DUPLICATE:
        return TransactionUsed(code)
    if status == 410 or word in _RESYNC:
        return SyncTokenExpired(code or "410")
    if status == 429 or word in _THROTTLED:
        return ProviderThrottled(code or "429", retry_after=retry_after(headers))
    if status == 404:
        return ProviderRefused(code or "404", missing=True)
    if status >= 500 or status in _TRANSIENT:
        return ProviderUnavailable(f"{status} {code}".strip(), unknown=status >= 500)
    return ProviderRefused(f"{status} {code}".strip(), denied=status == 403)
