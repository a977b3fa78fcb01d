"""Where people meet and when the link is told (C5, C7), in plain words."""

from collections.abc import Sequence

from services.gateway.pages.texts import text
from shared.contracts.api.menus import Location, MeetingTypeView
from shared.contracts.reveal import LinkShown
from shared.problem import Language

_WITH_LINK = (Location.ZOOM, Location.LINK)
_DAY, _HOUR = 24 * 60, 60


def split_notice(minutes: int) -> tuple[int, str]:
    """In the largest unit that it is a whole number of."""
    if minutes % _DAY == 0:
        return minutes // _DAY, "days"
    return (minutes // _HOUR, "hours") if minutes % _HOUR == 0 else (minutes, "minutes")


def before_words(minutes: int, language: Language) -> str:
    """``1時間前``."""
    count, unit = split_notice(minutes)
    return text(language, f"menus.before_{unit}{'_one' if count == 1 else ''}", count=count)


def reveal_words(location: Location, link: LinkShown, notices: Sequence[int], language: Language) -> str:
    """When the guest learns how to join, and which notices there are."""
    ordered = sorted(set(notices), reverse=True)
    names = [before_words(minutes, language) for minutes in ordered]
    if location not in _WITH_LINK:
        return _notices(names, language)
    if link is LinkShown.IN_NOTICE and names:
        rest = text(language, "menus.reveal_rest", times=_joined(names[1:], language)) if names[1:] else ""
        return text(language, "menus.reveal_in_notice", time=names[0]) + rest
    return text(language, "menus.reveal_at_once") + (_notices(names, language) if names else "")


def _notices(names: Sequence[str], language: Language) -> str:
    return text(language, "menus.reveal_notices", times=_joined(names, language)) if names else ""


def _joined(names: Sequence[str], language: Language) -> str:
    return ("と" if language == "ja" else " and ").join(names)


def place_words(item: MeetingTypeView, language: Language) -> str:
    """The kind of place, with its URL or text where it has one."""
    kind = text(language, f"menus.location_{item.location}")
    return f"{kind}: {item.place}" if item.place else kind
