"""What the providers were asked: one line per call, the last so-many kept."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from deploy.sandbox.accounts import Provider
from deploy.sandbox.faults import FaultKind


@dataclass(slots=True)
class Call:
    """``status`` is what the provider decided, also when that was lost; None until then or for ever."""

    at: datetime
    provider: Provider
    method: str
    path: str
    status: int | None
    fault: FaultKind | None = None


class CallLog:
    """Bounded, oldest first."""

    def __init__(self, kept: int) -> None:
        self._calls: deque[Call] = deque(maxlen=kept)

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def listed(
        self, provider: Provider | None = None, method: str | None = None, path: str | None = None
    ) -> list[Call]:
        """All, or those of one provider, method and path prefix."""
        return [
            call
            for call in self._calls
            if (provider is None or call.provider is provider)
            and (method is None or call.method == method.upper())
            and (path is None or call.path.startswith(path))
        ]

    def clear(self) -> None:
        self._calls.clear()
