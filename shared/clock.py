"""The only source of time. ``now()`` follows the demo's clock file when one is set; leases and time-outs use real time.

The clock file (``CHOSEI_CLOCK_FILE``) is JSON ``{"offset_seconds": float}``: how far the system runs ahead of the
machine.
"""

import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_UNSEEN_SECONDS = 0.002
"""So long a clock that another process moved may go unseen: to look costs several times what all else does here."""


class _ClockFile:
    """Looked at when somebody asks and the last look is too old; where none is configured, that is all it costs."""

    def __init__(self) -> None:
        self._stamp: tuple[int, int] | None = None
        self._read = timedelta(0)
        self._offset = timedelta(0)
        self._look_at = 0.0

    def offset(self) -> timedelta:
        now = time.monotonic()
        if now >= self._look_at:
            self._offset = self._look()
            self._look_at = now + _UNSEEN_SECONDS
        return self._offset

    def look_again(self) -> None:
        """It was moved right here."""
        self._look_at = 0.0

    def _look(self) -> timedelta:
        path = os.environ.get("CHOSEI_CLOCK_FILE")
        if not path:
            return timedelta(0)
        try:
            status = os.stat(path)
        except FileNotFoundError:
            return timedelta(0)
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._read = timedelta(seconds=json.loads(Path(path).read_text())["offset_seconds"])
            self._stamp = stamp
        return self._read


_clock_file = _ClockFile()


def real_now() -> datetime:
    """The machine's own time, aware UTC: for leases, time-outs and measurements."""
    return datetime.now(UTC)


def now() -> datetime:
    """The system's time, aware UTC: all that users see or that falls due; whole milliseconds, as MongoDB keeps."""
    moment = datetime.now(UTC) + _clock_file.offset()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def set_offset(offset: timedelta) -> None:
    """Move the demo's clock; raises ``RuntimeError`` where no clock file is configured."""
    path = os.environ.get("CHOSEI_CLOCK_FILE")
    if not path:
        raise RuntimeError("CHOSEI_CLOCK_FILE is not set")
    handle, temporary = tempfile.mkstemp(dir=Path(path).parent)
    with os.fdopen(handle, "w") as file:
        json.dump({"offset_seconds": offset.total_seconds()}, file)
    os.replace(temporary, path)
    _clock_file.look_again()


def offset() -> timedelta:
    """How far ``now()`` runs ahead of ``real_now()``."""
    return _clock_file.offset()
