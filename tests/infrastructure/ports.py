"""Ports that nobody listens on right now: above those that Linux gives to outgoing connections, one of which would
take a port between the look and the use; each worker of a run has its own thousand.
"""

import itertools
import os
import random
import socket
from collections.abc import Iterator

_FIRST = 61_000
_EACH = 1_000
_WORKERS = 4


def _in_turn() -> Iterator[int]:
    """From anywhere on, so that a port comes again as late as can be, in the next run too."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST + worker % _WORKERS * _EACH
    begin = random.randrange(_EACH)
    return itertools.cycle([*range(first + begin, first + _EACH), *range(first, first + begin)])


_turn = _in_turn()


def free_ports(count: int) -> list[int]:
    """``count`` different ones."""
    free = (port for port in _turn if _is_free(port))
    return list(itertools.islice(free, count))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
