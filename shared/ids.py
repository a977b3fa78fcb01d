"""Opaque ids: a prefix that says what it names and a time-ordered UUID, so that indexes grow at one end."""

from uuid_utils.compat import uuid7


def new_id(prefix: str) -> str:
    """Such as ``apt_0198c1…``; letters, digits and one underscore only."""
    return f"{prefix}_{uuid7().hex}"
