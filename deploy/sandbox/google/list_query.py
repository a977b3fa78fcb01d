"""The parameters of events.list: what they mean and which may not go together (facts 2.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import QueryParams

from deploy.sandbox.google.errors import GoogleError, invalid, updated_min_too_long_ago
from deploy.sandbox.google.moments import parse_instant, zone_named
from deploy.sandbox.google.state import GoogleCalendar
from shared import clock

_NOT_WITH_SYNC_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
_NO_SYNC_TOKEN_AFTER = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin")
_HORIZON = timedelta(days=730)
_CHANGES_KEPT = timedelta(days=28)


@dataclass(frozen=True)
class ListQuery:
    """The parameters of one list request, understood."""

    single: bool
    show_deleted: bool
    order: str | None
    time_min: datetime | None
    time_max: datetime | None
    updated_min: datetime | None
    words: str
    marks: tuple[tuple[str, str, str], ...]
    zone: str
    size: int
    max_attendees: int | None
    gives_sync_token: bool

    def window(self) -> tuple[datetime, datetime]:
        """Between which instants series are expanded."""
        now = clock.now()
        start = self.time_min or min(now, self.time_max or now) - _HORIZON
        return start, self.time_max or max(now, start) + _HORIZON


def flag(value: str | None) -> bool:
    return value is not None and value.lower() == "true"


def number(params: QueryParams, name: str, default: int | None, most: int) -> int | None:
    """A positive number among the parameters; raises 400 for anything else."""
    text = params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise invalid(f"Invalid value for: {name}", name)
    return min(int(text), most)


def _instant(params: QueryParams, name: str) -> datetime | None:
    text = params.get(name)
    if not text:
        return None
    found = parse_instant(text)
    if found is None:
        raise GoogleError(400, "badRequest", "Bad Request", location=name)
    return found


def _marks(params: QueryParams) -> Iterator[tuple[str, str, str]]:
    for kind in ("private", "shared"):
        for constraint in params.getlist(f"{kind}ExtendedProperty"):
            key, equals, value = constraint.partition("=")
            if not equals:
                raise invalid("Invalid extended property constraint.", f"{kind}ExtendedProperty")
            yield kind, key, value
    if params.get("iCalUID"):
        yield "iCalUID", "", params["iCalUID"]


def parse_query(params: QueryParams, calendar: GoogleCalendar) -> ListQuery:
    """Understands the parameters; raises 400 for bad ones and for those that may not go together."""
    if params.get("syncToken"):
        for name in _NOT_WITH_SYNC_TOKEN:
            if name in params:
                raise GoogleError(
                    400, "badRequest", f"Sync token cannot be used with other filters: {name}.", location=name
                )
        if params.get("showDeleted", "true").lower() == "false":
            raise GoogleError(400, "badRequest", "showDeleted cannot be false with a sync token.")
    order = params.get("orderBy")
    single = flag(params.get("singleEvents"))
    if order not in (None, "startTime", "updated"):
        raise invalid("Invalid value for: orderBy", "orderBy")
    if order == "startTime" and not single:
        raise GoogleError(
            400, "badRequest", "The requested ordering is not available for the particular query.", location="orderBy"
        )
    time_min, time_max = _instant(params, "timeMin"), _instant(params, "timeMax")
    if time_min and time_max and time_max <= time_min:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
    zone = params.get("timeZone") or calendar.zone
    if zone_named(zone) is None:
        raise invalid("Invalid time zone.", "timeZone")
    updated_min = _instant(params, "updatedMin")
    if updated_min is not None and updated_min < clock.now() - _CHANGES_KEPT:
        raise updated_min_too_long_ago()
    return ListQuery(
        single=single,
        show_deleted=flag(params.get("showDeleted")),
        order=order,
        time_min=time_min,
        time_max=time_max,
        updated_min=updated_min,
        words=params.get("q", "").casefold(),
        marks=tuple(_marks(params)),
        zone=zone,
        size=number(params, "maxResults", 250, 2500) or 250,
        max_attendees=number(params, "maxAttendees", None, 10_000),
        gives_sync_token=not any(name in params for name in _NO_SYNC_TOKEN_AFTER),
    )
