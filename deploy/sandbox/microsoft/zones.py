"""Time zone names as Graph takes them: Windows or IANA; anything else is TimeZoneNotSupportedException."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from deploy.sandbox.microsoft.errors import zone_not_supported

_WINDOWS: dict[str, str] = dict(WINDOWS_TO_OLSON) | {"UTC": "UTC"}
_LOWER = {name.lower(): iana for name, iana in _WINDOWS.items()}
_BACK = {iana: name for name, iana in reversed(_WINDOWS.items())}


@lru_cache(maxsize=1000)
def _lookup(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(_LOWER.get(name.lower(), name))
    except (KeyError, ValueError, OSError):
        return None


def zone_named(name: object) -> ZoneInfo:
    """The zone of a Windows or IANA name; raises 400."""
    found = _lookup(name) if isinstance(name, str) and name else None
    if found is None:
        raise zone_not_supported(name)
    return found


def windows_name(name: str) -> str:
    """The Windows name where there is one, as mailbox settings show it."""
    return name if name in _WINDOWS else _BACK.get(name, name)


def windows_names() -> list[str]:
    return sorted(_WINDOWS)
