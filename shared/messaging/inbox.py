"""The inbox: ids of the events that a document has taken in, kept in the document itself, so that a repeat changes
nothing.

Needed only where comparing versions does not already tell (style 11).
"""

from typing import Any

FIELD = "inbox"
KEPT = 200
"""How many ids one document remembers; redeliveries of older events must be harmless by version."""


def unseen(event_id: str) -> dict[str, Any]:
    """The part of a filter that lets an event pass once."""
    return {FIELD: {"$ne": event_id}}


def seen(event_id: str) -> dict[str, Any]:
    """The part of ``$push`` that remembers it."""
    return {FIELD: {"$each": [event_id], "$slice": -KEPT}}
