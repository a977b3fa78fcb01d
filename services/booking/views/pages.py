"""Scheduling pages as staff see them (H1, H2)."""

from zoneinfo import ZoneInfo

from services.booking.model.page_setting import PageSetting
from shared.contracts.api.pages import PageView

_AS_THEY_ARE = set(PageView.model_fields) - {"id", "url", "can_change", "takes_requests", "can_be_paid", "notices"}


def page_view(setting: PageSetting, url: str, *, can_change: bool) -> PageView:
    page = setting.page
    zone = ZoneInfo(setting.organization.time_zone)
    members = {name: getattr(page, name) for name in _AS_THEY_ARE}
    times = {name: members[name].astimezone(zone) for name in ("created_at", "updated_at")}
    return PageView(
        **{**members, **times},
        id=page.page_id,
        url=url,
        can_change=can_change,
        takes_requests=setting.takes_requests,
        can_be_paid=setting.can_be_paid,
        notices=setting.notices,
    )
