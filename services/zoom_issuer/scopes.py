"""What an organization's Zoom app must be allowed: granular scopes, or the classic one in their place."""

from collections.abc import Iterable

NEEDED: tuple[tuple[str, str], ...] = (
    ("user:read:list_users:admin", "user:read:admin"),
    ("meeting:write:meeting:admin", "meeting:write:admin"),
    ("meeting:update:meeting:admin", "meeting:write:admin"),
    ("meeting:delete:meeting:admin", "meeting:write:admin"),
    ("meeting:read:meeting:admin", "meeting:read:admin"),
    ("meeting:read:list_meetings:admin", "meeting:read:admin"),
)


def missing(granted: Iterable[str]) -> list[str]:
    """The granular names of what is not granted."""
    has = set(granted)
    return [granular for granular, classic in NEEDED if granular not in has and classic not in has]
