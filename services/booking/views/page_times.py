"""A page's free times, and why one is missing, as staff see them (H2, X11)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from services.booking.usecases.page_times_of_staff import Ahead, Missing
from shared.contracts.api.page_times import HostedTime, MissingAtHost, PageTimes, WhyMissing


def page_times_view(ahead: Ahead, why: WhyMissing | None = None) -> PageTimes:
    setting = ahead.setting
    zone = ZoneInfo(setting.page.time_zone)
    slots = [
        HostedTime(start=one.start_at.astimezone(zone), end=one.end_at.astimezone(zone), host_ids=list(one.host_ids))
        for one in ahead.times
    ]
    return PageTimes(
        slots=slots,
        time_zone=setting.page.time_zone,
        duration=ahead.length // timedelta(minutes=1),
        takes_requests=setting.takes_requests,
        notices=setting.notices,
        why=why,
    )


def why_view(missing: Missing) -> WhyMissing:
    """A host who cannot be offered at all has a trouble instead of reasons."""
    page = missing.setting.page
    zone = ZoneInfo(page.time_zone)
    troubles = {notice.staff_id: notice.trouble for notice in missing.setting.notices}
    hosts = [
        MissingAtHost(
            staff_id=staff_id,
            reasons=list(missing.why.hosts.get(staff_id, ())),
            trouble=None if staff_id in missing.why.hosts else troubles.get(staff_id),
        )
        for staff_id in page.host_ids
    ]
    return WhyMissing(
        start=missing.span.start_at.astimezone(zone),
        end=missing.span.end_at.astimezone(zone),
        free=missing.free is not None,
        host_ids=list(missing.free.host_ids) if missing.free else [],
        reasons=list(missing.why.page),
        hosts=hosts,
    )
