"""What a grant needs so that the account's calendars can be listed (V8); without it there is the main one only."""

from collections.abc import Iterable, Mapping

from shared.contracts.calendar_sync import Provider

LIST_SCOPES: Mapping[Provider, tuple[str, ...]] = {
    Provider.GOOGLE: ("https://www.googleapis.com/auth/calendar.calendarlist.readonly",),
    Provider.MICROSOFT: (),
}


def may_list(provider: Provider, scopes: Iterable[str]) -> bool:
    return set(LIST_SCOPES[provider]) <= set(scopes)
