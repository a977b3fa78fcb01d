"""A page's rules as the one function of free time reads them (H2, H3, G5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from services.booking.model.claims import room_resource, seat_resource, zoom_resource
from services.booking.model.page_rules import HostHours, Minutes, PageRules
from services.booking.model.page_setting import PageSetting
from services.booking.model.spans import Span
from shared.contracts.api.pages import HostFields, OpenSpan, Weekday
from shared.public_holidays import public_holidays

_WEEKDAYS = {day: index for index, day in enumerate(Weekday)}
_WHOLE_DAY: Minutes = (0, 24 * 60)
_ALWAYS: Mapping[int, Sequence[Minutes]] = {day: [_WHOLE_DAY] for day in range(7)}
_BEYOND = timedelta(days=2)
"""Local dates of any zone lie within that of the window's."""


@dataclass(frozen=True)
class Attending:
    """Just these meet, the first one organizing. ``resources`` are what they need beside; None: what the page says."""

    staff_ids: Sequence[str]
    resources: Sequence[str] | None = None


def rules_of(setting: PageSetting, window: Span, only: Attending | None = None) -> PageRules:
    """For times within ``window``, with all hosts who can be offered, or ``only`` these, all of whom attend. Who is no
    host of the page has no hours on it, and is open always.
    """
    page = setting.page
    attending = setting.offered_ids if only is None else only.staff_ids
    round_robin = page.is_round_robin and only is None
    shared = _resources(setting)
    if only is not None and only.resources is not None:
        shared = list(only.resources)
    elif not round_robin and attending:
        shared = [*shared, *_zoom_of(setting, attending[0])]
    return PageRules(
        time_zone=page.time_zone,
        hosts=[_host(setting, staff_id, window, alone=round_robin) for staff_id in attending],
        round_robin=round_robin,
        step=page.step,
        buffer_before=page.buffer_before,
        buffer_after=page.buffer_after,
        minimum_notice=page.minimum_notice,
        horizon_days=page.horizon_days,
        daily_limit=page.daily_limit,
        weekly_limit=page.weekly_limit,
        dates_off=page.dates_off,
        resources=shared,
        seats=_seats(setting),
    )


def all_resources(rules: PageRules) -> list[str]:
    """Beside the hosts' own time."""
    return sorted({*rules.resources, *rules.seats, *(each for host in rules.hosts for each in host.resources)})


def _host(setting: PageSetting, staff_id: str, window: Span, *, alone: bool) -> HostHours:
    page = setting.page
    fields = next((host for host in page.hosts if host.staff_id == staff_id), None)
    zone = (fields.time_zone if fields else "") or page.time_zone
    return HostHours(
        staff_id,
        zone,
        _weekly(fields) if fields else _ALWAYS,
        {day: _minutes(spans) for day, spans in fields.exceptions.items()} if fields else {},
        _holidays(zone, window) if page.holidays_off and fields else (),
        _zoom_of(setting, staff_id) if alone else (),
    )


def _weekly(fields: HostFields) -> dict[int, list[Minutes]]:
    return {_WEEKDAYS[day]: _minutes(spans) for day, spans in fields.hours.items()}


def _minutes(spans: Sequence[OpenSpan]) -> list[Minutes]:
    return [(_minute(span.start), _minute(span.end)) for span in spans]


def _minute(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)


def _holidays(zone: str, window: Span) -> frozenset[date]:
    return _holidays_between(zone, (window.start_at - _BEYOND).date(), (window.end_at + _BEYOND).date())


@lru_cache(maxsize=256)
def _holidays_between(zone: str, first: date, last: date) -> frozenset[date]:
    """Reckoned once for all hosts of a page, and for all who ask on one day: it takes longer than the free times."""
    return frozenset(public_holidays(zone, first, last))


def _zoom_of(setting: PageSetting, organizer_id: str) -> list[str]:
    user = setting.zoom_user_of(organizer_id) if setting.wants_zoom else None
    return [zoom_resource(user)] if user else []


def _resources(setting: PageSetting) -> list[str]:
    room_id = setting.bookable.room_id if setting.bookable else None
    return [room_resource(room_id)] if room_id else []


def _seats(setting: PageSetting) -> list[str]:
    bookable = setting.bookable
    return [seat_resource(bookable.id, seat) for seat in range(bookable.capacity)] if bookable else []
