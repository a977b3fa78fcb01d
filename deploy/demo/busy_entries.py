"""What the two logins have in their calendars at the start: a few entries on the coming days, none recurring."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deploy.demo.accounts import Account

_ZONE = ZoneInfo("Asia/Tokyo")
_DAYS_SHOWN = 7

# Offset in working days from the first one, start and end on the clock, title.
_ENTRIES = {
    "google": (
        (0, time(10, 0), time(11, 0), "営業会議"),
        (1, time(13, 30), time(14, 30), "ABC株式会社 打ち合わせ"),
        (2, time(16, 0), time(17, 0), "採用面接"),
        (3, time(11, 0), time(12, 0), "予算レビュー"),
    ),
    "microsoft": (
        (0, time(14, 0), time(15, 0), "製品企画レビュー"),
        (1, time(10, 0), time(10, 30), "1on1"),
        (2, time(13, 0), time(14, 0), "社内研修"),
        (3, time(15, 30), time(16, 30), "見積もり確認"),
    ),
}


def busy_entries(account: Account, now: datetime) -> list[dict[str, object]]:
    """The bodies for the sandbox's ``POST /inspect/…/events``; all lie within the next seven days."""
    days = _working_days(now)
    owner = "calendar" if account.calendar == "google" else "user"
    return [
        {
            owner: account.email,
            "summary" if account.calendar == "google" else "subject": title,
            "start": datetime.combine(days[offset], start, _ZONE).isoformat(),
            "end": datetime.combine(days[offset], end, _ZONE).isoformat(),
            "notify": False,
        }
        for offset, start, end, title in _ENTRIES[account.calendar]
    ]


def _working_days(now: datetime) -> list[date]:
    today = now.astimezone(_ZONE).date()
    days = (today + timedelta(days=ahead) for ahead in range(1, _DAYS_SHOWN))
    return [day for day in days if day.weekday() < 5]
