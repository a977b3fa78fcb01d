"""A scheduling page and its times as guests see them (H5)."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from services.booking.model.page_setting import PageSetting
from services.booking.model.page_times import FreeTime
from shared.contracts.api.page_guests import GuestPageView, PageSlotView


def guest_page_view(setting: PageSetting) -> GuestPageView:
    """One that is closed says what it was, and no more."""
    page, is_open = setting.page, setting.page.is_open
    names = [setting.staff[one].person.name for one in page.host_ids if one in setting.staff]
    return GuestPageView(
        slug=page.slug,
        active=is_open,
        title=page.title,
        description=page.description if is_open else "",
        organization=setting.organization.name,
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
    )


def slots_view(times: Iterable[FreeTime], time_zone: str) -> list[PageSlotView]:
    zone = ZoneInfo(time_zone)
    return [PageSlotView(start=one.start_at.astimezone(zone), end=one.end_at.astimezone(zone)) for one in times]
