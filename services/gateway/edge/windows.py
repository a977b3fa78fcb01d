"""A minute that slides: this calendar minute's count and the part of the last one's that still matters."""

import math
from dataclasses import dataclass

SECONDS = 60


@dataclass(frozen=True)
class Window:
    """``elapsed`` seconds of the current minute have passed."""

    current: int
    previous: int
    elapsed: float

    @property
    def count(self) -> int:
        """Within the last 60 seconds, the last minute's spread evenly; rounded up, so that a limit holds."""
        return self.current + math.ceil(self.previous * (1 - self.elapsed / SECONDS))

    def retry_after(self, limit: int) -> int:
        """Whole seconds until one more fits, if nothing else comes."""
        if self.current >= limit:
            share = 1 - (limit - 1) / max(self.current, 1)
            return math.ceil(SECONDS - self.elapsed + SECONDS * share)
        share = 1 - (limit - 1 - self.current) / max(self.previous, 1)
        return max(1, math.ceil(SECONDS * share - self.elapsed))


def names(rule: str, subject: str, at: float) -> tuple[str, str]:
    """Of the current and the previous minute's count."""
    minute = int(at // SECONDS)
    return f"{rule}:{subject}:{minute}", f"{rule}:{subject}:{minute - 1}"
