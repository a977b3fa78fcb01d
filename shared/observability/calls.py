"""Which calls to providers a piece of work made (X3): a worker opens a scope, ``provider_call`` writes them down in it,
whoever tells of the work takes them.

What nobody told is kept in the row (``untold_calls``) and handed to the worker's next scope, so that the event that
comes at last tells of every try.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from shared import clock
from shared.contracts.provider_calls import MOST, ProviderCall, WithCalls

EventT = TypeVar("EventT", bound=WithCalls)

_scope: ContextVar[list[ProviderCall] | None] = ContextVar("calls_noted", default=None)
_result: ContextVar[list[str] | None] = ContextVar("call_result", default=None)


@contextmanager
def calls_noted(before: Iterable[ProviderCall | Mapping[str, Any]] = ()) -> Iterator[list[ProviderCall]]:
    """All calls made meanwhile, by tasks begun meanwhile too, after those that ``before`` brings along."""
    calls = [ProviderCall.model_validate(call) for call in before]
    token = _scope.set(calls)
    try:
        yield calls
    finally:
        _scope.reset(token)


def take_calls() -> list[ProviderCall]:
    """What was noted in this scope and not taken yet, oldest first."""
    calls = _scope.get()
    if not calls:
        return []
    taken = calls[-MOST:]
    calls.clear()
    return taken


def untold_calls() -> list[dict[str, Any]]:
    """What nobody took, as a row keeps it."""
    return [call.model_dump() for call in take_calls()]


def telling(data: EventT) -> EventT:
    """The event with the calls that led to it."""
    return data.model_copy(update={"calls": take_calls()})


@contextmanager
def one_call(provider: str, operation: str) -> Iterator[None]:
    """Notes one call if it was answered or went wrong under way; one that never began is none."""
    at, results = clock.now(), list[str]()
    token = _result.set(results)
    try:
        yield
    finally:
        _result.reset(token)
        calls = _scope.get()
        if calls is not None and results:
            calls.append(ProviderCall(at=at, provider=provider, operation=operation, result=results[-1]))


def answered(result: str) -> None:
    """How the call that is under way was answered; the last word counts."""
    results = _result.get()
    if results is not None:
        results.append(result)
