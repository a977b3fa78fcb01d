"""What somebody did at a provider to something of ours (V6), whichever provider it is."""

from enum import StrEnum


class DriftKind(StrEnum):
    """``changed`` is another title at the same time."""

    MOVED = "moved"
    CHANGED = "changed"
    DELETED = "deleted"


class DriftSource(StrEnum):
    """Where it was found: an entry in a calendar, or a meeting at Zoom."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"
    ZOOM = "zoom"
