"""A scheduling page and its times as guests see them (H5)."""

import json
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from services.booking.model.cells import CELL_SECONDS
from services.booking.model.page_setting import PageSetting
from services.booking.model.page_times import FreeTime, FreeTimes
from services.booking.model.wall_clock import WallClock
from shared.contracts.api.page_guests import GuestPageView, PageSlotView
from shared.crypto import token_hash

_OF_DAY = np.array([f"T{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)], dtype="S6")
_TIME = "S25"
_ROW = [("opening", "S10"), ("start", _TIME), ("middle", "S9"), ("end", _TIME), ("closing", "S3")]
"""One time as JSON; what is shorter than its place is filled up with zero bytes."""


def guest_page_view(setting: PageSetting) -> GuestPageView:
    """One that is closed says what it was, and no more."""
    page, is_open = setting.page, setting.is_open
    names = [setting.staff[one].person.name for one in page.host_ids if one in setting.staff]
    return GuestPageView(
        slug=page.slug,
        active=is_open,
        title=page.title,
        description=page.description if is_open else "",
        organization=setting.organization.name,
        product_name=setting.organization.product_name,
        host_names=names if is_open else [],
        kind=setting.kind,
        durations=page.durations,
        time_zone=page.time_zone,
        questions=page.questions if is_open else [],
        takes_requests=setting.takes_requests,
        prefill=page.prefill,
        auto_submit=page.auto_submit,
        price=page.price,
        locale=setting.organization.locale,
        allowed_origins=page.allowed_origins,
        organization_key=token_hash(f"pages\x1f{page.organization_id}")[:32],
    )


def slots_view(times: Iterable[FreeTime], time_zone: str) -> list[PageSlotView]:
    zone = ZoneInfo(time_zone)
    return [PageSlotView(start=one.start_at.astimezone(zone), end=one.end_at.astimezone(zone)) for one in times]


def slots_body(times: FreeTimes, time_zone: str) -> bytes:
    """``PageSlots`` as JSON, written at once: a month of a page has hundreds of times, and each model costs more than
    finding out that its time is free.
    """
    begin = times.starts * CELL_SECONDS
    rows = np.zeros(len(begin), dtype=_ROW)
    rows["opening"], rows["middle"], rows["closing"] = b'{"start":"', b'","end":"', b'"},'
    rows["start"] = _told(begin, time_zone)
    rows["end"] = _told(begin + int(times.length.total_seconds()), time_zone)
    slots = rows.tobytes().translate(None, b"\0")[:-1]
    return b'{"slots":[%b],"time_zone":%b}' % (slots, json.dumps(time_zone).encode())


def _told(seconds: NDArray[np.int64], time_zone: str) -> NDArray[np.bytes_]:
    """RFC 3339, on the clocks of the zone; all of them as far from a whole minute as the first."""
    if not seconds.size:
        return np.zeros(0, dtype=_TIME)
    cells, rest = seconds // CELL_SECONDS, f":{int(seconds[0]) % 60:02d}"
    clock = WallClock.of(time_zone, int(cells[0]), int(cells[-1]) + 1)
    dates = np.arange(clock.days.start, clock.days.stop).astype("M8[D]").astype("S10")
    told = np.zeros(len(seconds), dtype=[("date", "S10"), ("minute", "S6"), ("ending", "S9")])
    for each in clock.stretches:
        here = slice(*np.searchsorted(cells, [each.first, each.last]))
        days, minutes = np.divmod((seconds[here] + each.ahead * CELL_SECONDS) // 60, len(_OF_DAY))
        told["date"][here], told["minute"][here] = dates[days - clock.days.start], _OF_DAY[minutes]
        told["ending"][here] = (rest + _offset(each.ahead * CELL_SECONDS // 60)).encode()
    return told.view(_TIME)


def _offset(minutes: int) -> str:
    """``Z`` of zero, else as ``+09:00``."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}" if minutes else "Z"
