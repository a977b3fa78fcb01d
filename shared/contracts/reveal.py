"""When the guest of an appointment learns how to join (C7)."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.envelope import Value

_DAY = 24 * 60


class LinkShown(StrEnum):
    """When the guest learns how to join (C7): from the confirmation on, or by a notice just before."""

    AT_ONCE = "at_once"
    IN_NOTICE = "in_notice"


class Reveal(Value):
    """When the link is told (C7). ``notices`` are minutes before the start at which a notice goes out, longest first;
    with ``in_notice`` the first of them tells it. Whole days are days of the calendar in the appointment's zone: the
    same time of day, whatever the clocks do between (G6); where it occurs twice the first counts, and one that does
    not occur is read with the offset before the change (PEP 495, fold 0).
    """

    link: LinkShown = LinkShown.AT_ONCE
    notices: tuple[int, ...] = ()

    def notice_at(self, start_at: datetime, minutes: int, time_zone: str) -> datetime:
        """When the notice of so many minutes before ``start_at`` goes out; UTC, never after the start."""
        days, rest = divmod(minutes, _DAY)
        if rest:
            return start_at - timedelta(minutes=minutes)
        local = start_at.astimezone(ZoneInfo(time_zone)).replace(fold=0)
        return min((local - timedelta(days=days)).astimezone(UTC), start_at)

    def link_at(self, start_at: datetime, time_zone: str) -> datetime | None:
        """From when on the link is told; None: at once."""
        if self.link is LinkShown.AT_ONCE or not self.notices:
            return None
        return min(self.notice_at(start_at, minutes, time_zone) for minutes in self.notices)
