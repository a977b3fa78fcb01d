"""The five ways a provider's answer can be bad (style 13). Only adapters see status codes; services act on these."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
FoundT = TypeVar("FoundT")


class ProviderError(Exception):
    """Base; ``reason`` is for people and logs and holds no personal data or secrets."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ProviderUnavailable(ProviderError):
    """Try again. ``unknown`` is true where the request may have been carried out although no answer came (G10)."""

    def __init__(self, reason: str, *, unknown: bool = False) -> None:
        self.unknown = unknown
        super().__init__(reason)


class ProviderThrottled(ProviderError):
    """Too many requests; try again after ``retry_after``."""

    def __init__(self, reason: str, *, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class ProviderRefused(ProviderError):
    """The provider will not do this; trying again cannot help. ``missing`` where the object is not there (404, 410),
    ``denied`` where it is kept from us (403).
    """

    def __init__(self, reason: str, *, missing: bool = False, denied: bool = False) -> None:
        self.missing = missing
        self.denied = denied
        super().__init__(reason)


class CredentialRevoked(ProviderError):
    """The connection's tokens are refused for good; the person must connect again (G19)."""


class SyncTokenExpired(ProviderError):
    """The cursor of an incremental read is gone; read everything (410)."""


_ODD = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)


def reads(read: Callable[P, FoundT]) -> Callable[P, FoundT]:
    """Of a pure function that reads a provider's answer. One of a shape that nobody published is no answer (G3), and
    not a fault of ours to stumble over at every try: ``ProviderUnavailable``.
    """

    @wraps(read)
    def found(*args: P.args, **kwargs: P.kwargs) -> FoundT:
        try:
            return read(*args, **kwargs)
        except _ODD as error:
            raise ProviderUnavailable(f"an answer of an unknown shape: {type(error).__name__}", unknown=True) from error

    return found
