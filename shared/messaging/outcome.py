"""What becomes of a message whose handler failed: one value, decided in one place from what it raised."""

import json
from enum import StrEnum

from faststream.exceptions import SubscriberNotFound
from pydantic import ValidationError

from shared.crypto import UndecryptableValue


class Outcome(StrEnum):
    """``retry`` later by the ladder of delays; ``park`` for a person to look at."""

    RETRY = "retry"
    PARK = "park"


class Terminal(Exception):
    """Trying again cannot help: park the message at once."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class NotYet(Exception):
    """An earlier event has not arrived; the ladder brings this one back (events come in any order)."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"waiting for {missing}")


FINAL = (Terminal, ValidationError, json.JSONDecodeError, SubscriberNotFound, UndecryptableValue)


def outcome_of(error: Exception, *, attempt: int, rungs: int) -> Outcome:
    """``attempt`` counts from 1; after the last rung a message is parked."""
    if isinstance(error, FINAL) or attempt > rungs:
        return Outcome.PARK
    return Outcome.RETRY
