"""Which version of the IANA time zone rules ``zoneinfo`` uses: the system's where it has them, else the package's."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from zoneinfo import TZPATH

_SOURCE = "tzdata.zi"
_FIRST_LINE = "# version "
_LENGTH = 40


def version_in_use(places: Sequence[str] = TZPATH) -> str:
    """Such as ``2026f``; ``unknown`` where a system's rules do not say (they count all the same)."""
    for place in map(Path, places):
        if (place / "Europe").is_dir():
            return _said_by(place / _SOURCE)
    return _release(version("tzdata"))


def _said_by(source: Path) -> str:
    try:
        with source.open(encoding="ascii", errors="replace") as file:
            line = file.readline(_LENGTH).strip()
    except OSError:
        return "unknown"
    return line.removeprefix(_FIRST_LINE) if line.startswith(_FIRST_LINE) else "unknown"


def _release(package: str) -> str:
    """``2026.6`` is ``2026f``."""
    year, _, number = package.partition(".")
    return f"{year}{chr(ord('a') + int(number) - 1)}" if number.isdigit() and 1 <= int(number) <= 26 else package
