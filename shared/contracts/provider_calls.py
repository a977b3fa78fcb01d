"""Calls to providers, as events tell them (X3): what was asked and how it was answered, never with what."""

from pydantic import Field

from shared.contracts.envelope import EventData, Instant, Value

MOST = 20
"""So many are kept between two events about one thing: the newest."""


class ProviderCall(Value):
    """One call, such as ``zoom`` ``meetings.create``; ``result`` is a status (``201``) or a word (``timeout``)."""

    at: Instant
    provider: str
    operation: str
    result: str


class WithCalls(EventData):
    """Base of events that say how work at a provider ended; ``calls`` are those made for it since it was last spoken
    of, the newest where there were very many.
    """

    calls: list[ProviderCall] = Field(default_factory=list)
