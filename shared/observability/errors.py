"""What a log line says of an error: its kind, its words where they are ours, and where it happened.

Validation errors quote input, duplicate keys quote values, tracebacks quote both; all may be personal (G26).
"""

import traceback
from collections.abc import Iterator

from aiormq.exceptions import AMQPError
from pymongo.errors import ConnectionFailure

_FRAMES = 12
_CAUSES = 3
_OWN = ("shared.", "services.", "deploy.")
_SPEAKS_OF_CONNECTIONS = (OSError, ConnectionFailure, AMQPError)
"""Others whose words name addresses and reasons only."""


def brief(error: BaseException) -> str:
    """The error's kind and, where they cannot hold input, its words."""
    kind = type(error)
    if kind.__module__.startswith(_OWN) or isinstance(error, _SPEAKS_OF_CONNECTIONS):
        return f"{kind.__name__}: {error}"[:300]
    return kind.__name__


def places(error: BaseException) -> list[str]:
    """Where it passed through, the innermost last: ``module.py:12 function``, without values."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def causes(error: BaseException) -> Iterator[BaseException]:
    """What led to it, the nearest first."""
    for _ in range(_CAUSES):
        earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if earlier is None:
            return
        yield earlier
        error = earlier
