"""Room in memory for what the session's servers write: each of their commits waits for the disk otherwise, and nothing
of it is needed afterwards.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_MEMORY = Path("/dev/shm")
_NAME = "chosei-tests"
_ROOM = 4 * 2**30
"""Two servers of one worker use less than one of these."""


@contextmanager
def in_memory(path: Path) -> Iterator[None]:
    """Make the folder ``path``; it lies on the disk all the same where memory is scarce."""
    if min(_free_there(), _free_memory()) < _ROOM:
        path.mkdir(parents=True)
        yield
        return
    _forget_what_was_killed()
    with TemporaryDirectory(prefix=f"{_NAME}-{os.getpid()}-", dir=_MEMORY, ignore_cleanup_errors=True) as room:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(room)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _free_there() -> int:
    if not os.access(_MEMORY, os.W_OK):
        return 0
    found = os.statvfs(_MEMORY)
    return found.f_bavail * found.f_frsize


def _free_memory() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def _forget_what_was_killed() -> None:
    for left in _MEMORY.glob(f"{_NAME}-*-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
