"""Which items of a calendar changed in what order: what sync tokens and delta links point into."""

from dataclasses import dataclass, field


@dataclass
class ChangeLog:
    """Each id once, at its latest change; ``position`` grows by one per change."""

    position: int = 0
    _latest: dict[str, int] = field(default_factory=dict)

    def touch(self, item_id: str) -> int:
        """Record a change of ``item_id`` and return its position."""
        self.position += 1
        self._latest.pop(item_id, None)
        self._latest[item_id] = self.position
        return self.position

    def since(self, position: int, until: int | None = None) -> list[tuple[int, str]]:
        """Changes after ``position`` and up to ``until``, oldest first; costs as much as they are many."""
        found: list[tuple[int, str]] = []
        for item_id in reversed(self._latest):
            at = self._latest[item_id]
            if at <= position:
                break
            if until is None or at <= until:
                found.append((at, item_id))
        found.reverse()
        return found
